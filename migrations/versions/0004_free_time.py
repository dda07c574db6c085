"""Offers of times, calendars that are only looked at, and dates that were looked at a day before."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "offer",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("couple_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("ritual", sa.String(length=64), nullable=False),
        sa.Column("week", sa.Date(), nullable=False),
        sa.Column("since_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("until_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("minutes", sa.SmallInteger(), nullable=False),
        sa.Column(
            "state",
            sa.Enum("asked", "found", "nothing", name="offerstate", native_enum=False, length=24),
            nullable=False,
        ),
        sa.Column("starts", sa.JSON(), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("look_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["couple_id"], ["couple.id"], name=op.f("fk_offer_couple_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_offer")),
        sa.UniqueConstraint("couple_id", "ritual", "week", name=op.f("uq_offer_couple_id_ritual_week")),
        sqlite_autoincrement=True,
    )
    with op.batch_alter_table("offer", schema=None) as batch_op:
        batch_op.create_index("ix_offer_look_at", ["look_at"], unique=False)

    op.create_table(
        "ics_address",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("partner_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("name", sa.String(length=60), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("added_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("look_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("read_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column(
            "trouble",
            sa.Enum(
                "reconnect",
                "gone",
                "refused",
                "busy",
                "unreachable",
                "odd",
                "unsafe",
                name="trouble",
                native_enum=False,
                length=24,
            ),
            nullable=True,
        ),
        sa.Column("trouble_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["partner_id"], ["partner.id"], name=op.f("fk_ics_address_partner_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ics_address")),
        sa.UniqueConstraint("partner_id", "digest", name=op.f("uq_ics_address_partner_id_digest")),
        sqlite_autoincrement=True,
    )
    with op.batch_alter_table("ics_address", schema=None) as batch_op:
        batch_op.create_index("ix_ics_address_look_at", ["look_at"], unique=False)

    op.create_table(
        "collision",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("occurrence_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("partner_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("starts_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("looked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column(
            "state",
            sa.Enum("clear", "asked", "settled", name="collisionstate", native_enum=False, length=24),
            nullable=False,
        ),
        sa.ForeignKeyConstraint(
            ["occurrence_id"], ["occurrence.id"], name=op.f("fk_collision_occurrence_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["partner_id"], ["partner.id"], name=op.f("fk_collision_partner_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_collision")),
        sa.UniqueConstraint(
            "occurrence_id", "partner_id", "starts_at", name=op.f("uq_collision_occurrence_id_partner_id_starts_at")
        ),
        sqlite_autoincrement=True,
    )
    with op.batch_alter_table("collision", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_collision_partner_id"), ["partner_id"], unique=False)


def downgrade() -> None:
    with op.batch_alter_table("collision", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_collision_partner_id"))

    op.drop_table("collision")
    with op.batch_alter_table("ics_address", schema=None) as batch_op:
        batch_op.drop_index("ix_ics_address_look_at")

    op.drop_table("ics_address")
    with op.batch_alter_table("offer", schema=None) as batch_op:
        batch_op.drop_index("ix_offer_look_at")

    op.drop_table("offer")
