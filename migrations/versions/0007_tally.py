"""How many mails ended how, counted in a few rows; and the calendar that was read longest ago is found at once."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "tally",
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("kind", sa.String(length=24), nullable=False),
        sa.Column(
            "outcome",
            sa.Enum(
                "sent",
                "delayed",
                "refused",
                "uncertain",
                "unknown",
                "expired",
                "unwritable",
                name="outcome",
                native_enum=False,
                length=24,
            ),
            nullable=False,
        ),
        sa.Column("relay", sa.String(length=120), nullable=False),
        sa.Column("within", sa.Integer(), nullable=False),
        sa.Column("mails", sa.BigInteger(), nullable=False),
        sa.Column("seconds", sa.Float(), nullable=False),
        sa.PrimaryKeyConstraint("at", "kind", "outcome", "relay", "within", name=op.f("pk_tally")),
    )
    with op.batch_alter_table("linked_calendar", schema=None) as batch_op:
        batch_op.create_index(
            "ix_linked_calendar_read_at",
            ["read_at"],
            unique=False,
            postgresql_where=sa.text("look_at IS NOT NULL"),
            sqlite_where=sa.text("look_at IS NOT NULL"),
        )


def downgrade() -> None:
    with op.batch_alter_table("linked_calendar", schema=None) as batch_op:
        batch_op.drop_index(
            "ix_linked_calendar_read_at",
            postgresql_where=sa.text("look_at IS NOT NULL"),
            sqlite_where=sa.text("look_at IS NOT NULL"),
        )

    op.drop_table("tally")
