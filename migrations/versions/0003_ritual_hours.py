"""Each partner's ritual hours, and what they keep free for themselves."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "private_block",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("partner_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("starts_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["partner_id"], ["partner.id"], name=op.f("fk_private_block_partner_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_private_block")),
        sqlite_autoincrement=True,
    )
    with op.batch_alter_table("private_block", schema=None) as batch_op:
        batch_op.create_index("ix_private_block_partner_id_ends_at", ["partner_id", "ends_at"], unique=False)

    op.create_table(
        "ritual_hours",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("partner_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("weekday", sa.SmallInteger(), nullable=False),
        sa.Column("opens", sa.SmallInteger(), nullable=False),
        sa.Column("closes", sa.SmallInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["partner_id"], ["partner.id"], name=op.f("fk_ritual_hours_partner_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ritual_hours")),
        sa.UniqueConstraint("partner_id", "weekday", name=op.f("uq_ritual_hours_partner_id_weekday")),
        sqlite_autoincrement=True,
    )


def downgrade() -> None:
    op.drop_table("ritual_hours")
    with op.batch_alter_table("private_block", schema=None) as batch_op:
        batch_op.drop_index("ix_private_block_partner_id_ends_at")

    op.drop_table("private_block")
