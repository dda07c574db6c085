"""Mails stop where one came back or was unwanted, until their reader says so."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # Column by column, not in a batch: that would copy the table and lose its numbering.
    op.add_column("partner", sa.Column("complained_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("partner", sa.Column("mail_again_at", sa.DateTime(timezone=True), nullable=True))
    # Until now mails went on after a refusal, whatever it was about. Those that still stand will be refused again.
    op.execute("UPDATE partner SET bounced_at = NULL")


def downgrade() -> None:
    op.drop_column("partner", "mail_again_at")
    op.drop_column("partner", "complained_at")
