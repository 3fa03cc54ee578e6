"""Plain English about running software, made of interchangeable parts: the same random state gives the same words."""

from __future__ import annotations

from random import Random

SERVICES = (
    "checkout accounts search billing catalogue invoicing scheduler gateway mailer archive ledger uploads sessions "
    "reports webhooks exports quotas metering pricing identity"
).split()

_THINGS = (
    "the nightly import",
    "the read replica",
    "a stale cache entry",
    "the retry queue",
    "the change window",
    "the deployment pipeline",
    "every background worker",
    "the connection pool",
    "the staging environment",
    "a partial write",
    "the audit trail",
    "the primary index",
    "the on-call rota",
    "each signed request",
    "the schema migration",
    "the error budget",
    "the access review",
    "a long-running job",
    "the feature switch",
    "the backup of last night",
)
_VERBS = (
    "depends on",
    "waits for",
    "is measured against",
    "must never overtake",
    "is restarted together with",
    "shares its limits with",
    "reports to",
    "falls back to",
    "is checked against",
    "takes its settings from",
    "is older than",
    "hands its results to",
)
_WHEN = (
    "when the load is high",
    "during a release",
    "after a failed health check",
    "in the first minute",
    "unless a change is announced",
    "before the caches are warm",
    "while a region is drained",
    "as soon as the quota is used up",
    "at the end of each quarter",
    "if nobody answers the page",
    "once the certificate has been renewed",
    "on the second attempt",
)
_WHY = (
    "so that nothing is counted twice",
    "because a late answer is worse than none",
    "which keeps the recovery short",
    "so nobody has to guess at night",
    "and the reason is written to the log",
    "because the order of events matters",
    "which is why the limit is low",
    "and that is what the dashboard shows",
    "so the numbers can be compared",
    "because both sides keep a copy",
)
_ADVICE = (
    "Write down what you changed and when.",
    "Look at the graphs before you touch anything.",
    "The default is good enough for most teams.",
    "There is no need to be clever here.",
    "Two people read every change of this kind.",
    "Keep the old version for a week – disks are cheap.",
    "If in doubt, stop and ask.",
    "The test is the same as the one that runs each night.",
    "Small steps are easier to undo than large ones.",
    "This has been tried twice, with the same result.",
)
_TOPICS = (
    "Capacity",
    "Backups",
    "Access",
    "Releases",
    "Alerts",
    "Storage",
    "Traffic",
    "Costs",
    "Recovery",
    "Certificates",
    "Logging",
    "Search",
    "Queues",
    "Quotas",
    "Migrations",
)
_VIEWS = ("overview", "in practice", "limits", "checklist", "by region", "history", "responsibilities", "step by step")


def clause(random: Random) -> str:
    """A statement without a capital letter and full stop."""
    first, second = random.sample(_THINGS, 2)
    return f"{first} {random.choice(_VERBS)} {second} {random.choice(_WHEN)}"


def sentence(random: Random) -> str:
    """One sentence of 4 to 25 words."""
    if random.random() < 0.2:
        return random.choice(_ADVICE)
    text = clause(random)
    if random.random() < 0.6:
        text += f", {random.choice(_WHY)}"
    return f"{text[0].upper()}{text[1:]}."


def sentences(random: Random, count: int) -> str:
    """Several sentences."""
    return " ".join(sentence(random) for _ in range(count))


def topic(random: Random) -> str:
    """A heading, not necessarily a unique one."""
    return f"{random.choice(_TOPICS)} {random.choice(_VIEWS)}"


def service(random: Random) -> str:
    """The name of a service."""
    return random.choice(SERVICES)
