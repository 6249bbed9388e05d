"""What the schema says of the API as a whole. Read by the settings: nothing of Django may be imported here."""

DESCRIPTION = """\
A family's chores and rewards, and the trail of who did what, when, and what it did to a child's points.

Everything is JSON in UTF-8; times are UTC, ISO 8601 with `Z`; ids are integers. Credentials are a token in
`Authorization: Bearer`, or the session of the admin site with its CSRF token.

**Lists** are `{"count", "next", "previous", "results"}`. Follow `next` until it is null: that of the trail carries `as_of`, so that
its pages do not shift while events arrive.

**Errors** are `{"type", "errors": [{"code", "detail", "attr", "meta"}]}`. `code` is the contract; `detail` is for people, and may be
translated. What is unknown in a request, a parameter or a field, is refused and not passed over.

**Safe retries.** A POST that moves points takes an `Idempotency-Key`, and is done once, however often it is sent under it.

**What stays.** Under `/api/v1/` things are added, and nothing is renamed, removed, or given another type or meaning. So a client passes
over what it does not know: a field of an answer, a header, a message of the stream, and takes an unknown `code` for what its status
says. What is to go is marked `deprecated` here, and its answers carry the headers `Deprecation` (RFC 9745) and `Sunset` (RFC 8594), at
least six months before it goes; then it goes with `/api/v2/`, beside which `/api/v1/` is served until that day.
"""

TAGS = [
    {"name": "auth", "description": "Logging in and out; tokens."},
    {"name": "me", "description": "Who is asking: role, password, leaving."},
    {"name": "families", "description": "New families."},
    {"name": "family", "description": "The family of who is asking."},
    {"name": "parents", "description": "Its parents, equals."},
    {"name": "children", "description": "Its children and their points."},
    {"name": "tasks", "description": "What gives points."},
    {"name": "penalties", "description": "What takes points."},
    {"name": "activations", "description": "That a task or a penalty was applied; undoing it."},
    {"name": "rewards", "description": "What points buy; asking for it, giving it."},
    {"name": "reward-requests", "description": "What was asked for and given: redeeming, cancelling, refunding."},
    {"name": "tracking", "description": "The trail: as a list, as a file, live, and added up."},
    {"name": "admin", "description": "For admins: accounts that are to be deleted."},
]
