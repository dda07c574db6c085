"""Accounts that somebody let us look into, until one of their calendars is chosen."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "open_account",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("partner_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["partner_id"], ["partner.id"], name=op.f("fk_open_account_partner_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_open_account")),
        sa.UniqueConstraint("partner_id", name=op.f("uq_open_account_partner_id")),
        sqlite_autoincrement=True,
    )
    with op.batch_alter_table("open_account", schema=None) as batch_op:
        batch_op.create_index("ix_open_account_opened_at", ["opened_at"], unique=False)


def downgrade() -> None:
    with op.batch_alter_table("open_account", schema=None) as batch_op:
        batch_op.drop_index("ix_open_account_opened_at")

    op.drop_table("open_account")
