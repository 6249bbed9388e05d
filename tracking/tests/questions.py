"""What somebody may ask of the trail, made up, and the rows that are meant, picked in plain Python."""

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from hypothesis import note

from tracking.models.kinds import Action, EntityType
from tracking.tests.plain_sums import start_of

CHOICES = {"entity_type": EntityType.values, "action": Action.values}
EQUAL = ("child_id", "family_id", *CHOICES)
MICROSECOND = timedelta(microseconds=1)


@dataclass
class Question:
    """`child_id` is the one child whom it is about; None for several, and for one that the reader may not see."""

    query: dict = field(default_factory=dict)
    after: datetime | None = None
    before: datetime | None = None
    child_id: int | None = None

    def covers(self, row):
        return (self.after is None or row["occurred_at"] >= self.after) and (
            self.before is None or row["occurred_at"] < self.before
        )


class Questions:
    def __init__(self, random, afterwards):
        self.random, self.rows = random, afterwards.rows
        self.history = afterwards.history.rows
        self.families = {kid.pk: kid.family_id for kid in afterwards.lives.kids}

    def draw(self, *values):
        return self.random.choice(values)

    # Of the API

    def of_api(self, reader, *, more):
        """Returns the question and the rows. `more` are what lists and exports can be narrowed by, and sums cannot."""
        question = Question(self._query(reader.is_admin, more))
        if self.draw(True, True, False):
            self._add_range(question, reader.timezone)
        child_id = question.query.get("child_id", reader.own_child and reader.own_child.pk)
        seen = child_id and {"child_id": child_id, "family_id": self.families[child_id]}
        if seen and not more and _means(question, reader, seen):
            question.child_id = child_id
        note(f"{reader} asks for {question.query}")
        return question, [row for row in self.rows if _means(question, reader, row) and question.covers(row)]

    def _query(self, is_admin, more):
        choices = {"child_id": list(self.families)}
        if is_admin:
            choices["family_id"] = sorted(set(self.families.values()))
        if more:
            choices |= CHOICES
        if is_admin and more:
            choices["anonymized"] = ["true"]
        chances = {"child_id": (True, True, False), "entity_type": (True, False, False)}
        return {
            name: self.draw(*values)
            for name, values in choices.items()
            if self.draw(*chances.get(name, (False, False, False, False, True)))
        }

    def _add_range(self, question, zone):
        edges = sorted((self._edge(zone) for _ in range(2)), key=lambda edge: edge[1])
        for name, edge in zip(self.draw(("after",), ("before",), ("after", "before")), edges, strict=False):
            question.query[f"occurred_{name}"], moment = edge
            setattr(question, name, moment)

    def _edge(self, zone):
        """A plain date, or a moment at an event or right beside it; also of what was purged."""
        moment = self.draw(*self.history)["occurred_at"] + self.draw(-MICROSECOND, timedelta(), MICROSECOND)
        if self.draw(True, False):
            return moment.isoformat().replace("+00:00", "Z"), moment
        day = moment.astimezone(zone).date()
        return day.isoformat(), start_of(day, zone)

    # Of the admin's list

    def of_list(self, zone):
        query = {name.removesuffix("_id"): value for name, value in self._query(True, True).items()}
        question = Question(query, child_id=query.get("child"))
        days = sorted(self.draw(*self.rows)["occurred_at"].astimezone(zone).date() for _ in range(2))
        for name, day in zip(self.draw((), (), ("from",), ("to",), ("from", "to")), days, strict=False):
            query[name] = day.isoformat()
        if "from" in query:
            question.after = start_of(date.fromisoformat(query["from"]), zone)
        if "to" in query:
            question.before = start_of(date.fromisoformat(query["to"]) + timedelta(days=1), zone)
        note(f"the list shows {query}")
        wanted = {name: query.get(name.removesuffix("_id")) for name in EQUAL}
        return question, [row for row in self.rows if _fits(row, wanted, query) and question.covers(row)]


def _means(question, reader, row):
    own = reader.own_child
    if not reader.is_admin and (row["family_id"] != reader.family_id or (own and row["child_id"] != own.pk)):
        return False
    return _fits(row, {name: question.query.get(name) for name in EQUAL}, question.query)


def _fits(row, wanted, query):
    if "anonymized" in query and (row["user_id"] is not None or row["actor_role"] == "system"):
        return False
    return all(value is None or row[name] == value for name, value in wanted.items())
