"""Calendars that are written to and read back."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "linked_calendar",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("connection_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=True),
        sa.Column("token", sa.Text(), nullable=True),
        sa.Column("look_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("held_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("holder", sa.BigInteger(), nullable=True),
        sa.Column("failures", sa.SmallInteger(), nullable=False),
        sa.Column("read_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("written_at", sa.DateTime(timezone=True), nullable=True),
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
        sa.Column("told", sa.SmallInteger(), nullable=False),
        sa.Column("farewell", sa.Enum("delete", "leave", name="farewell", native_enum=False, length=24), nullable=True),
        sa.Column("stand_in_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("channel", sa.String(length=64), nullable=True),
        sa.Column("channel_digest", sa.String(length=64), nullable=True),
        sa.Column("channel_resource", sa.Text(), nullable=True),
        sa.Column("channel_ends_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["connection_id"],
            ["calendar_connection.id"],
            name=op.f("fk_linked_calendar_connection_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["stand_in_id"],
            ["calendar_connection.id"],
            name=op.f("fk_linked_calendar_stand_in_id"),
            ondelete="SET NULL",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_linked_calendar")),
        sa.UniqueConstraint("channel", name=op.f("uq_linked_calendar_channel")),
        sa.UniqueConstraint("connection_id", name=op.f("uq_linked_calendar_connection_id")),
        sqlite_autoincrement=True,
    )
    with op.batch_alter_table("linked_calendar", schema=None) as batch_op:
        batch_op.create_index("ix_linked_calendar_look_at", ["look_at"], unique=False)
        batch_op.create_index("ix_linked_calendar_trouble_at", ["trouble_at"], unique=False)
        batch_op.create_index(batch_op.f("ix_linked_calendar_stand_in_id"), ["stand_in_id"], unique=False)

    op.create_table(
        "suggestion",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("occurrence_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("by_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("starts", sa.DateTime(timezone=False), nullable=False),
        sa.Column("instead_of", sa.DateTime(timezone=True), nullable=False),
        sa.Column(
            "state",
            sa.Enum("open", "accepted", "declined", "replaced", name="suggestionstate", native_enum=False, length=24),
            nullable=False,
        ),
        sa.Column("suggested_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("settled_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["by_id"], ["partner.id"], name=op.f("fk_suggestion_by_id"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(
            ["occurrence_id"], ["occurrence.id"], name=op.f("fk_suggestion_occurrence_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_suggestion")),
        sqlite_autoincrement=True,
    )
    with op.batch_alter_table("suggestion", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_suggestion_by_id"), ["by_id"], unique=False)
        batch_op.create_index("ix_suggestion_occurrence_id", ["occurrence_id"], unique=False)
        batch_op.create_index(
            "uq_suggestion_open",
            ["occurrence_id"],
            unique=True,
            postgresql_where=sa.text("state = 'open'"),
            sqlite_where=sa.text("state = 'open'"),
        )

    with op.batch_alter_table("calendar_connection", schema=None) as batch_op:
        batch_op.add_column(
            sa.Column(
                "reminder",
                sa.Enum("habit", "none", "start", "ten-minutes", "hour", name="reminder", native_enum=False, length=24),
                server_default="habit",
                nullable=False,
            )
        )

    with op.batch_alter_table("placement", schema=None) as batch_op:
        batch_op.add_column(sa.Column("shown", sa.JSON(none_as_null=True), nullable=True))
        batch_op.add_column(sa.Column("intended", sa.JSON(none_as_null=True), nullable=True))
        batch_op.add_column(sa.Column("etag", sa.Text(), nullable=True))
        batch_op.add_column(sa.Column("fingerprint", sa.String(length=64), nullable=True))
        batch_op.add_column(sa.Column("deleted_at", sa.DateTime(timezone=True), nullable=True))


def downgrade() -> None:
    with op.batch_alter_table("placement", schema=None) as batch_op:
        batch_op.drop_column("deleted_at")
        batch_op.drop_column("fingerprint")
        batch_op.drop_column("etag")
        batch_op.drop_column("intended")
        batch_op.drop_column("shown")

    with op.batch_alter_table("calendar_connection", schema=None) as batch_op:
        batch_op.drop_column("reminder")

    with op.batch_alter_table("suggestion", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_suggestion_open", postgresql_where=sa.text("state = 'open'"), sqlite_where=sa.text("state = 'open'")
        )
        batch_op.drop_index("ix_suggestion_occurrence_id")
        batch_op.drop_index(batch_op.f("ix_suggestion_by_id"))

    op.drop_table("suggestion")
    with op.batch_alter_table("linked_calendar", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_linked_calendar_stand_in_id"))
        batch_op.drop_index("ix_linked_calendar_trouble_at")
        batch_op.drop_index("ix_linked_calendar_look_at")

    op.drop_table("linked_calendar")
