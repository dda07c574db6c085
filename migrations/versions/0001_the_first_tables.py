"""The first tables. An id never comes back (SQLite must be told): links in old mails name rows by theirs."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "couple",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("formed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("events_stay", sa.Boolean(), nullable=False),
        sa.Column("phone_place", sa.String(length=80), nullable=False),
        sa.Column("closing_line", sa.String(length=200), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_couple")),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "heartbeat",
        sa.Column("worker", sa.String(length=40), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("beat_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("worker", name=op.f("pk_heartbeat")),
    )
    with op.batch_alter_table("heartbeat", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_heartbeat_beat_at"), ["beat_at"], unique=False)

    op.create_table(
        "sign_in_link",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("address", sa.String(length=254), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sign_in_link")),
        sqlite_autoincrement=True,
    )
    with op.batch_alter_table("sign_in_link", schema=None) as batch_op:
        batch_op.create_index("ix_sign_in_link_address", ["address", "asked_at"], unique=False)

    op.create_table(
        "partner",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("address", sa.String(length=254), nullable=False),
        sa.Column("name", sa.String(length=60), nullable=False),
        sa.Column("zone", sa.String(length=64), nullable=False),
        sa.Column("joined_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("couple_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("side", sa.SmallInteger(), nullable=True),
        sa.Column("plain_titles", sa.Boolean(), nullable=False),
        sa.Column("depth_cap", sa.SmallInteger(), nullable=False),
        sa.Column("bounced_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["couple_id"], ["couple.id"], name=op.f("fk_partner_couple_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_partner")),
        sa.UniqueConstraint("address", name=op.f("uq_partner_address")),
        sa.UniqueConstraint("couple_id", "side", name=op.f("uq_partner_couple_id_side")),
        sqlite_autoincrement=True,
    )
    with op.batch_alter_table("partner", schema=None) as batch_op:
        batch_op.create_index("ix_partner_couple_id", ["couple_id"], unique=False)

    op.create_table(
        "plan",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("couple_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("ritual", sa.String(length=64), nullable=False),
        sa.Column("ritual_name", sa.String(length=120), nullable=False),
        sa.Column("uid", sa.String(length=80), nullable=False),
        sa.Column(
            "state",
            sa.Enum("proposed", "agreed", "paused", "ended", name="planstate", native_enum=False, length=24),
            nullable=False,
        ),
        sa.Column("sequence", sa.Integer(), nullable=False),
        sa.Column("revised_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("form_key", sa.String(length=64), nullable=False),
        sa.Column("horizon_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("tzdata", sa.String(length=16), nullable=False),
        sa.ForeignKeyConstraint(["couple_id"], ["couple.id"], name=op.f("fk_plan_couple_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_plan")),
        sa.UniqueConstraint("couple_id", "form_key", name=op.f("uq_plan_couple_id_form_key")),
        sa.UniqueConstraint("uid", name=op.f("uq_plan_uid")),
        sqlite_autoincrement=True,
    )
    with op.batch_alter_table("plan", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_plan_couple_id"), ["couple_id"], unique=False)
        batch_op.create_index("ix_plan_horizon_at", ["horizon_at"], unique=False)

    op.create_table(
        "calendar_connection",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("partner_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("way", sa.Enum("mail", "feed", "none", name="way", native_enum=False, length=24), nullable=False),
        sa.Column("since_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("generation", sa.Integer(), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=True),
        sa.Column("sealed", sa.LargeBinary(), nullable=True),
        sa.ForeignKeyConstraint(
            ["partner_id"], ["partner.id"], name=op.f("fk_calendar_connection_partner_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_calendar_connection")),
        sa.UniqueConstraint("digest", name=op.f("uq_calendar_connection_digest")),
        sqlite_autoincrement=True,
    )
    with op.batch_alter_table("calendar_connection", schema=None) as batch_op:
        batch_op.create_index("ix_calendar_connection_partner_id", ["partner_id"], unique=False)
        batch_op.create_index(
            "uq_calendar_connection_current",
            ["partner_id"],
            unique=True,
            postgresql_where=sa.text("ended_at IS NULL"),
            sqlite_where=sa.text("ended_at IS NULL"),
        )

    op.create_table(
        "invitation",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("inviter_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("address", sa.String(length=254), nullable=False),
        sa.Column(
            "answer",
            sa.Enum("waiting", "accepted", "declined", "withdrawn", name="answer", native_enum=False, length=24),
            nullable=False,
        ),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["inviter_id"], ["partner.id"], name=op.f("fk_invitation_inviter_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_invitation")),
        sqlite_autoincrement=True,
    )
    with op.batch_alter_table("invitation", schema=None) as batch_op:
        batch_op.create_index("ix_invitation_address", ["address"], unique=False)
        batch_op.create_index("ix_invitation_inviter_id", ["inviter_id"], unique=False)

    op.create_table(
        "letter",
        sa.Column(
            "kind",
            sa.Enum(
                "sign-in", "invitation", "joined", "news", "calendar", name="letterkind", native_enum=False, length=24
            ),
            nullable=False,
        ),
        sa.Column("to", sa.String(length=254), nullable=False),
        sa.Column("partner_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("about_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("sequence", sa.Integer(), nullable=True),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "planned",
                "handing",
                "retrying",
                "sent",
                "unknown",
                "expired",
                "failed",
                "withdrawn",
                name="state",
                native_enum=False,
                length=24,
            ),
            nullable=False,
        ),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("try_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("settled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("holder", sa.BigInteger(), nullable=True),
        sa.Column("attempts", sa.SmallInteger(), nullable=False),
        sa.Column("copies", sa.SmallInteger(), nullable=False),
        sa.ForeignKeyConstraint(["partner_id"], ["partner.id"], name=op.f("fk_letter_partner_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_letter")),
        sqlite_autoincrement=True,
    )
    with op.batch_alter_table("letter", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_letter_about_id"), ["about_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_letter_partner_id"), ["partner_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_letter_due_at"), ["due_at"], unique=False)
        batch_op.create_index(
            "ix_letter_try_at",
            ["try_at"],
            unique=False,
            postgresql_where=sa.text("try_at IS NOT NULL"),
            sqlite_where=sa.text("try_at IS NOT NULL"),
        )

    op.create_table(
        "occurrence",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("plan_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("original_starts", sa.DateTime(timezone=False), nullable=False),
        sa.Column("starts_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column(
            "standing",
            sa.Enum("planned", "skipped", "dropped", name="standing", native_enum=False, length=24),
            nullable=False,
        ),
        sa.Column("prompt_title", sa.String(length=120), nullable=True),
        sa.Column("prompt", sa.JSON(none_as_null=True), nullable=True),
        sa.Column(
            "outcome", sa.Enum("done", "moved", "rested", name="outcome", native_enum=False, length=24), nullable=True
        ),
        sa.Column("outcome_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["plan_id"], ["plan.id"], name=op.f("fk_occurrence_plan_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_occurrence")),
        sa.UniqueConstraint("plan_id", "original_starts", name=op.f("uq_occurrence_plan_id_original_starts")),
        sqlite_autoincrement=True,
    )
    with op.batch_alter_table("occurrence", schema=None) as batch_op:
        batch_op.create_index("ix_occurrence_plan_id_starts_at", ["plan_id", "starts_at"], unique=False)

    op.create_table(
        "override",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("plan_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("original_starts", sa.DateTime(timezone=False), nullable=False),
        sa.Column("starts", sa.DateTime(timezone=False), nullable=True),
        sa.Column("sequence", sa.Integer(), nullable=False),
        sa.Column("revised_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["plan_id"], ["plan.id"], name=op.f("fk_override_plan_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_override")),
        sa.UniqueConstraint("plan_id", "original_starts", name=op.f("uq_override_plan_id_original_starts")),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "refusal",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("fingerprint", sa.String(length=64), nullable=False),
        sa.Column("from_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["from_id"], ["partner.id"], name=op.f("fk_refusal_from_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_refusal")),
        sa.UniqueConstraint("fingerprint", "from_id", name=op.f("uq_refusal_fingerprint_from_id")),
        sqlite_autoincrement=True,
    )
    with op.batch_alter_table("refusal", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_refusal_from_id"), ["from_id"], unique=False)

    op.create_table(
        "signed_in",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("partner_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("label", sa.String(length=60), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["partner_id"], ["partner.id"], name=op.f("fk_signed_in_partner_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_signed_in")),
        sa.UniqueConstraint("digest", name=op.f("uq_signed_in_digest")),
        sqlite_autoincrement=True,
    )
    with op.batch_alter_table("signed_in", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_signed_in_partner_id"), ["partner_id"], unique=False)

    op.create_table(
        "unsubscription",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("plan_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("partner_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["partner_id"], ["partner.id"], name=op.f("fk_unsubscription_partner_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["plan_id"], ["plan.id"], name=op.f("fk_unsubscription_plan_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_unsubscription")),
        sa.UniqueConstraint("plan_id", "partner_id", name=op.f("uq_unsubscription_plan_id_partner_id")),
        sqlite_autoincrement=True,
    )
    with op.batch_alter_table("unsubscription", schema=None) as batch_op:
        batch_op.create_index("ix_unsubscription_partner_id", ["partner_id"], unique=False)

    op.create_table(
        "version",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("plan_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "proposed",
                "agreed",
                "declined",
                "replaced",
                "withdrawn",
                "expired",
                name="versionstate",
                native_enum=False,
                length=24,
            ),
            nullable=False,
        ),
        sa.Column("starts", sa.DateTime(timezone=False), nullable=False),
        sa.Column("zone", sa.String(length=64), nullable=False),
        sa.Column("minutes", sa.SmallInteger(), nullable=False),
        sa.Column("rule", sa.String(length=200), nullable=False),
        sa.Column("intention", sa.String(length=240), nullable=False),
        sa.Column("proposed_by_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("proposed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("settled_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["plan_id"], ["plan.id"], name=op.f("fk_version_plan_id"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["proposed_by_id"], ["partner.id"], name=op.f("fk_version_proposed_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_version")),
        sa.UniqueConstraint("plan_id", "number", name=op.f("uq_version_plan_id_number")),
        sqlite_autoincrement=True,
    )
    with op.batch_alter_table("version", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_version_plan_id"), ["plan_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_version_proposed_by_id"), ["proposed_by_id"], unique=False)
        batch_op.create_index("ix_version_state_proposed_at", ["state", "proposed_at"], unique=False)
        batch_op.create_index(
            "uq_version_agreed",
            ["plan_id"],
            unique=True,
            postgresql_where=sa.text("state = 'agreed'"),
            sqlite_where=sa.text("state = 'agreed'"),
        )

    op.create_table(
        "acceptance",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("version_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("partner_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column(
            "partstat",
            sa.Enum("NEEDS-ACTION", "ACCEPTED", "DECLINED", name="partstat", native_enum=False, length=24),
            nullable=False,
        ),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["partner_id"], ["partner.id"], name=op.f("fk_acceptance_partner_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["version_id"], ["version.id"], name=op.f("fk_acceptance_version_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_acceptance")),
        sa.UniqueConstraint("version_id", "partner_id", name=op.f("uq_acceptance_version_id_partner_id")),
        sqlite_autoincrement=True,
    )
    with op.batch_alter_table("acceptance", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_acceptance_partner_id"), ["partner_id"], unique=False)

    op.create_table(
        "delivery",
        sa.Column("occurrence_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("partner_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "planned",
                "handing",
                "retrying",
                "sent",
                "unknown",
                "expired",
                "failed",
                "withdrawn",
                name="state",
                native_enum=False,
                length=24,
            ),
            nullable=False,
        ),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("try_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("settled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("holder", sa.BigInteger(), nullable=True),
        sa.Column("attempts", sa.SmallInteger(), nullable=False),
        sa.Column("copies", sa.SmallInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["occurrence_id"], ["occurrence.id"], name=op.f("fk_delivery_occurrence_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["partner_id"], ["partner.id"], name=op.f("fk_delivery_partner_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_delivery")),
        sa.UniqueConstraint("occurrence_id", "partner_id", name=op.f("uq_delivery_occurrence_id_partner_id")),
        sqlite_autoincrement=True,
    )
    with op.batch_alter_table("delivery", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_delivery_partner_id"), ["partner_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_delivery_due_at"), ["due_at"], unique=False)
        batch_op.create_index(
            "ix_delivery_try_at",
            ["try_at"],
            unique=False,
            postgresql_where=sa.text("try_at IS NOT NULL"),
            sqlite_where=sa.text("try_at IS NOT NULL"),
        )

    op.create_table(
        "news",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("letter_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("plan_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("occurrence_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column(
            "what",
            sa.Enum(
                "proposed",
                "agreed",
                "declined",
                "paused",
                "resumed",
                "ended",
                "moved",
                "skipped",
                "restored",
                "overrides-dropped",
                name="happening",
                native_enum=False,
                length=24,
            ),
            nullable=False,
        ),
        sa.Column("happened_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["letter_id"], ["letter.id"], name=op.f("fk_news_letter_id"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(
            ["occurrence_id"], ["occurrence.id"], name=op.f("fk_news_occurrence_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["plan_id"], ["plan.id"], name=op.f("fk_news_plan_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_news")),
        sqlite_autoincrement=True,
    )
    with op.batch_alter_table("news", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_news_letter_id"), ["letter_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_news_occurrence_id"), ["occurrence_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_news_plan_id"), ["plan_id"], unique=False)

    op.create_table(
        "placement",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("plan_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("connection_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("wanted", sa.Boolean(), nullable=False),
        sa.Column("sequence", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(
            ["connection_id"], ["calendar_connection.id"], name=op.f("fk_placement_connection_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["plan_id"], ["plan.id"], name=op.f("fk_placement_plan_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_placement")),
        sa.UniqueConstraint("plan_id", "connection_id", name=op.f("uq_placement_plan_id_connection_id")),
        sqlite_autoincrement=True,
    )
    with op.batch_alter_table("placement", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_placement_connection_id"), ["connection_id"], unique=False)

    op.create_table(
        "draft",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("delivery_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("letter_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("for_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["delivery_id"], ["delivery.id"], name=op.f("fk_draft_delivery_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["letter_id"], ["letter.id"], name=op.f("fk_draft_letter_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_draft")),
        sa.UniqueConstraint("delivery_id", name=op.f("uq_draft_delivery_id")),
        sa.UniqueConstraint("letter_id", name=op.f("uq_draft_letter_id")),
        sqlite_autoincrement=True,
    )
    with op.batch_alter_table("draft", schema=None) as batch_op:
        batch_op.create_index("ix_draft_made_at", ["made_at"], unique=False)


def downgrade() -> None:
    with op.batch_alter_table("draft", schema=None) as batch_op:
        batch_op.drop_index("ix_draft_made_at")

    op.drop_table("draft")
    with op.batch_alter_table("placement", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_placement_connection_id"))

    op.drop_table("placement")
    with op.batch_alter_table("news", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_news_plan_id"))
        batch_op.drop_index(batch_op.f("ix_news_occurrence_id"))
        batch_op.drop_index(batch_op.f("ix_news_letter_id"))

    op.drop_table("news")
    with op.batch_alter_table("delivery", schema=None) as batch_op:
        batch_op.drop_index(
            "ix_delivery_try_at",
            postgresql_where=sa.text("try_at IS NOT NULL"),
            sqlite_where=sa.text("try_at IS NOT NULL"),
        )
        batch_op.drop_index(batch_op.f("ix_delivery_due_at"))
        batch_op.drop_index(batch_op.f("ix_delivery_partner_id"))

    op.drop_table("delivery")
    with op.batch_alter_table("acceptance", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_acceptance_partner_id"))

    op.drop_table("acceptance")
    with op.batch_alter_table("version", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_version_agreed", postgresql_where=sa.text("state = 'agreed'"), sqlite_where=sa.text("state = 'agreed'")
        )
        batch_op.drop_index("ix_version_state_proposed_at")
        batch_op.drop_index(batch_op.f("ix_version_proposed_by_id"))
        batch_op.drop_index(batch_op.f("ix_version_plan_id"))

    op.drop_table("version")
    with op.batch_alter_table("unsubscription", schema=None) as batch_op:
        batch_op.drop_index("ix_unsubscription_partner_id")

    op.drop_table("unsubscription")
    with op.batch_alter_table("signed_in", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_signed_in_partner_id"))

    op.drop_table("signed_in")
    with op.batch_alter_table("refusal", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_refusal_from_id"))

    op.drop_table("refusal")
    op.drop_table("override")
    with op.batch_alter_table("occurrence", schema=None) as batch_op:
        batch_op.drop_index("ix_occurrence_plan_id_starts_at")

    op.drop_table("occurrence")
    with op.batch_alter_table("letter", schema=None) as batch_op:
        batch_op.drop_index(
            "ix_letter_try_at",
            postgresql_where=sa.text("try_at IS NOT NULL"),
            sqlite_where=sa.text("try_at IS NOT NULL"),
        )
        batch_op.drop_index(batch_op.f("ix_letter_due_at"))
        batch_op.drop_index(batch_op.f("ix_letter_partner_id"))
        batch_op.drop_index(batch_op.f("ix_letter_about_id"))

    op.drop_table("letter")
    with op.batch_alter_table("invitation", schema=None) as batch_op:
        batch_op.drop_index("ix_invitation_inviter_id")
        batch_op.drop_index("ix_invitation_address")

    op.drop_table("invitation")
    with op.batch_alter_table("calendar_connection", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_calendar_connection_current",
            postgresql_where=sa.text("ended_at IS NULL"),
            sqlite_where=sa.text("ended_at IS NULL"),
        )
        batch_op.drop_index("ix_calendar_connection_partner_id")

    op.drop_table("calendar_connection")
    with op.batch_alter_table("plan", schema=None) as batch_op:
        batch_op.drop_index("ix_plan_horizon_at")
        batch_op.drop_index(batch_op.f("ix_plan_couple_id"))

    op.drop_table("plan")
    with op.batch_alter_table("partner", schema=None) as batch_op:
        batch_op.drop_index("ix_partner_couple_id")

    op.drop_table("partner")
    with op.batch_alter_table("sign_in_link", schema=None) as batch_op:
        batch_op.drop_index("ix_sign_in_link_address")

    op.drop_table("sign_in_link")
    with op.batch_alter_table("heartbeat", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_heartbeat_beat_at"))

    op.drop_table("heartbeat")
    op.drop_table("couple")
