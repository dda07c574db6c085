"""What has served is found by its time, and plans by their time zone data: nobody reads whole tables for it."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

INDEXES = (
    ("couple", "closed_at"),
    ("collision", "starts_at"),
    ("sign_in_link", "asked_at"),
    ("signed_in", "expires_at"),
    ("offer", "until_at"),
    ("private_block", "ends_at"),
    ("invitation", "expires_at"),
)


def upgrade() -> None:
    for table, column in INDEXES:
        op.create_index(f"ix_{table}_{column}", table, [column])
    running = sa.text("horizon_at IS NOT NULL")
    op.create_index("ix_plan_tzdata", "plan", ["tzdata"], postgresql_where=running, sqlite_where=running)


def downgrade() -> None:
    op.drop_index("ix_plan_tzdata", "plan")
    for table, column in reversed(INDEXES):
        op.drop_index(f"ix_{table}_{column}", table)
