"""What is measured: a survey and the counts of all workers, by the names under which machines watch them."""

from collections.abc import Mapping

from rituals.calendar_interfaces import Trouble
from rituals.tally import WITHIN, Count, Ending, Outcome
from service.exposition import Metric
from service.survey import KINDS, Survey

NAMES = tuple(kind.__tablename__ for kind in KINDS)
OF_MAILS = tuple(outcome for outcome in Outcome if outcome is not Outcome.UNREACHABLE)

Counts = Mapping[Ending, Count]


def measure(survey: Survey, counts: Counts) -> list[Metric]:
    """Ids, names and addresses have no place here; a mail server's name is the operator's own."""
    return [*queues(survey), *mails(counts), *calendars(survey), *others(survey)]


def queues(survey: Survey) -> list[Metric]:
    due = Metric("due", "gauge", "Rows that wait for a worker to look at them, counted up to 100000.")
    late = Metric("late_seconds", "gauge", "How long the first of them has been waiting.")
    for kind, queue in survey.queues.items():
        due.set(queue.due, {"kind": kind.__tablename__})
        late.set(queue.late.total_seconds(), {"kind": kind.__tablename__})
    return [due, late]


def mails(counts: Counts) -> list[Metric]:
    return [totals(counts), unreachable(counts), lateness(counts)]


def totals(counts: Counts) -> Metric:
    """Every outcome from the beginning, so that the first of its kind is seen as a rise."""
    metric = Metric("mails_total", "counter", "Tries at mails by what became of them, in the words of the log.")
    sums = {(name, outcome.value, ""): 0 for name in NAMES for outcome in OF_MAILS}
    for ending, count in counts.items():
        if ending.kind not in NAMES:
            continue
        key = ending.kind, ending.outcome.value, ending.relay
        sums[key] = sums.get(key, 0) + count.mails
    for (kind, outcome, relay), number in sorted(sums.items()):
        metric.set(number, {"kind": kind, "outcome": outcome, "relay": relay})
    return metric


def unreachable(counts: Counts) -> Metric:
    metric = Metric("relay_unreachable_total", "counter", "Times that a mail server could not be reached.")
    sums = {"": 0}
    for ending, count in counts.items():
        if ending.outcome is Outcome.UNREACHABLE:
            sums[ending.relay] = sums.get(ending.relay, 0) + count.mails
    for relay, number in sorted(sums.items()):
        metric.set(number, {"relay": relay})
    return metric


def lateness(counts: Counts) -> Metric:
    metric = Metric("sent_late_seconds", "histogram", "How long after the moment promised a mail server said 250.")
    sent = {ending: count for ending, count in counts.items() if ending.outcome is Outcome.SENT}
    for kind, relay in sorted({(ending.kind, ending.relay) for ending in sent}):
        labels, total = {"kind": kind, "relay": relay}, 0
        for bound in WITHIN:
            seconds = bound.total_seconds()
            total += sent.get(Ending(kind, Outcome.SENT, relay, round(seconds * 1000)), Count()).mails
            metric.set(total, {**labels, "le": f"{seconds:g}"}, suffix="_bucket")
        theirs = [count for ending, count in sent.items() if (ending.kind, ending.relay) == (kind, relay)]
        everything = sum(count.mails for count in theirs)
        metric.set(everything, {**labels, "le": "+Inf"}, suffix="_bucket")
        metric.set(sum(count.seconds for count in theirs), labels, suffix="_sum")
        metric.set(everything, labels, suffix="_count")
    return metric


def calendars(survey: Survey) -> list[Metric]:
    late = Metric("calendars_late_seconds", "gauge", "How long the first calendar that should be looked at waits.")
    late.set(survey.calendars.late.total_seconds())
    unread = Metric("calendars_unread_seconds", "gauge", "Since when the calendar was not read that waits longest.")
    unread.set(survey.calendars.unread_for.total_seconds())
    troubled = Metric("calendars_troubled", "gauge", "Connected calendars that cannot be used, by what is wrong.")
    for trouble in Trouble:
        troubled.set(survey.calendars.troubled.get(trouble, 0), {"trouble": trouble.value})
    return [late, unread, troubled]


def others(survey: Survey) -> list[Metric]:
    workers = Metric("workers", "gauge", "Workers that gave a sign of life in the last minute.")
    workers.set(len(survey.workers))
    horizon = Metric("horizon_seconds", "gauge", "How far the prompts of the plan are planned that reaches least far.")
    if survey.horizon is not None:
        horizon.set(survey.horizon.total_seconds())
    drafts = Metric("drafts", "gauge", "Composed mails that have not gone yet, counted up to 10000.")
    drafts.set(survey.drafts)
    size = Metric("database_bytes", "gauge", "The size of the database.")
    size.set(survey.size)
    return [workers, horizon, drafts, size]
