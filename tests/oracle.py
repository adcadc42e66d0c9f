"""Who may open which address and send which form of the demo: said anew from the design, from plain rows alone."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import urlsplit

from tests.demo import Demo

GUESTS, CHAIRS, MEMBERS = {"gita"}, {"noor"}, {"sami", "dina", "omar", "noor"}
LEADERS, ADMINISTRATORS = {"layla"}, {"root"}
OPEN_TO_CHANGE = ("draft", "signal", "sent back", "returned")


@dataclass
class Person:
    """One of the cast, asked about the ids that an address names."""

    demo: Demo
    name: str

    @property
    def id(self) -> int:
        return self.demo.ids[self.name]

    def has(self, query: str, **given: object) -> bool:
        return bool(self.demo.rows(query, me=self.id, **given))

    @property
    def employee(self) -> bool:
        return self.name not in GUESTS

    @property
    def chair(self) -> bool:
        return self.name in CHAIRS

    @property
    def member(self) -> bool:
        return self.name in MEMBERS

    @property
    def administrator(self) -> bool:
        return self.name in ADMINISTRATORS

    @property
    def steers(self) -> bool:
        return self.chair or self.name in LEADERS

    def wrote(self, idea: int) -> bool:
        team = "select 1 from idea i join membership m on m.team_id = i.team_id where m.until is null"
        return self.has(
            "select 1 from idea_author where idea_id = :idea and person_id = :me"
            f" union all {team} and i.id = :idea and m.person_id = :me",
            idea=idea,
        )

    def sees(self, idea: int) -> bool:
        listed = self.has("select 1 from idea where id = :idea and listed and :me > 0", idea=idea)
        invited = self.has("select 1 from idea_guest where idea_id = :idea and person_id = :me", idea=idea)
        return (listed if self.employee else listed and invited) or self.wrote(idea)

    def changes(self, idea: int) -> bool:
        (row,) = self.demo.rows("select stage from idea where id = :idea", idea=idea)
        return self.wrote(idea) and row.stage in OPEN_TO_CHANGE

    def moves(self, idea: int) -> bool:
        imported = self.has("select 1 from idea where id = :idea and stage = 'imported' and :me > 0", idea=idea)
        return self.sees(idea) and (self.wrote(idea) or self.chair or (imported and self.employee))

    def supports(self, idea: int) -> bool:
        return self.employee and self.sees(idea) and not self.wrote(idea)

    def invites(self, idea: int) -> bool:
        return self.sees(idea) and (self.wrote(idea) or self.chair)

    def said(self, comment: int) -> bool:
        return self.has("select 1 from comment where id = :comment and author_id = :me", comment=comment)

    def sees_ref(self, kind: str, number: int) -> bool:
        return self.sees(number) if kind == "idea" else self.employee

    def is_in(self, team: int) -> bool:
        return self.has(
            "select 1 from membership where team_id = :team and person_id = :me and until is null", team=team
        )

    def leads(self, team: int) -> bool:
        own = "team_id = :team and person_id = :me and until is null"
        return self.has(f"select 1 from membership where {own} and lead", team=team)

    def imports(self) -> bool:
        keeps = "select 1 from source s join person p on p.department_id = s.department_id where p.id = :me"
        return self.member or self.administrator or self.name in LEADERS or (self.employee and self.has(keeps))

    def reads_rows(self, source: int) -> bool:
        keeps = (
            "select 1 from source s join person p on p.id = :me where s.id = :source and (s.rows_for = 'employees'"
            " or s.imported_by = :me or (s.rows_for = 'department' and s.department_id = p.department_id))"
        )
        return self.member or (self.employee and self.has(keeps, source=source))

    def keeps_source(self, source: int) -> bool:
        keeps = (
            "select 1 from source s join person p on p.id = :me where s.id = :source and (s.imported_by = :me"
            " or (s.department_id = p.department_id and exists (select 1 from person_role g where g.person_id = :me"
            " and g.role = 'leader')))"
        )
        return self.chair or self.administrator or (self.employee and self.has(keeps, source=source))

    def adds_to(self, source: int) -> bool:
        own = (
            "select 1 from source s join person p on p.id = :me"
            " where s.id = :source and s.department_id = p.department_id"
        )
        return self.keeps_source(source) or self.member or (self.employee and self.has(own, source=source))

    def adds_to_source_of(self, finding: int) -> bool:
        rows = self.demo.rows("select source_id from finding where id = :finding", finding=finding)
        return any(self.adds_to(row.source_id) for row in rows)

    def reads_remark(self, remark: int) -> bool:
        reads = (
            "select 1 from remark r join source s on s.id = r.source_id join person p on p.id = :me"
            " where r.id = :remark and (s.comments_for = 'employees' or s.imported_by = :me"
            " or (s.comments_for = 'department' and s.department_id = p.department_id))"
        )
        return self.member or (self.employee and self.has(reads, remark=remark))

    def marks(self, remark: int) -> bool:
        rows = self.demo.rows("select source_id from remark where id = :remark", remark=remark)
        return any(self.keeps_source(row.source_id) and self.reads_rows(row.source_id) for row in rows)

    def keeps_touchpoints(self) -> bool:
        brought = "select 1 from source where imported_by = :me"
        return self.chair or self.administrator or (self.employee and self.has(brought))

    def answers_for(self, process: int) -> bool:
        return self.has("select 1 from process where id = :process and owner_id = :me", process=process)

    def keeps_process(self, process: int) -> bool:
        return self.chair or self.administrator or self.answers_for(process)

    def sees_round(self, round_: int) -> bool:
        custodian = self.has("select 1 from round where id = :round and custodian_id = :me", round=round_)
        published = self.has("select 1 from round where id = :round and stage = 'published' and :me > 0", round=round_)
        return self.member or custodian or (self.name in LEADERS and published)

    def keeps_names(self, round_: int) -> bool:
        return self.has("select 1 from round where id = :round and custodian_id = :me", round=round_)

    def reviews(self, idea: int) -> bool:
        """Its review page: the committee's, without those who wrote it."""
        rounds = self.demo.rows("select round_id from round_idea where idea_id = :idea and live", idea=idea)
        return any(self.sees_round(row.round_id) for row in rounds) and not self.wrote(idea)

    def scores(self, idea: int) -> bool:
        own = "select 1 from reviewer r join round_idea i on i.round_id = r.round_id where i.idea_id = :idea"
        return self.has(f"{own} and r.person_id = :me", idea=idea) and not self.wrote(idea)

    def owns_process_of(self, idea: int) -> bool:
        return self.has(
            "select 1 from idea i join process p on p.id = i.process_id where i.id = :idea and p.owner_id = :me",
            idea=idea,
        )

    def sees_order(self, order: int) -> bool:
        own = self.has("select 1 from to_do where id = :order and owner_id = :me", order=order)
        return own or self.member or self.name in LEADERS

    def runs_order(self, order: int) -> bool:
        return self.chair or self.has("select 1 from to_do where id = :order and owner_id = :me", order=order)

    def works_on(self, pilot: int) -> bool:
        team = (
            "select 1 from pilot p join membership m on m.team_id = p.team_id where m.until is null and p.id = :pilot"
        )
        lead = "select 1 from pilot where id = :pilot and lead_id = :me"
        return self.has(f"{team} and m.person_id = :me union all {lead}", pilot=pilot)

    def leads_pilot(self, pilot: int) -> bool:
        return self.has("select 1 from pilot where id = :pilot and :me in (lead_id, sponsor_id)", pilot=pilot)

    def funds(self, pilot: int) -> bool:
        return self.chair or self.has("select 1 from pilot where id = :pilot and sponsor_id = :me", pilot=pilot)

    def gates(self, pilot: int) -> bool:
        keeper = self.has("select 1 from keeper where pilot_id = :pilot and person_id = :me", pilot=pilot)
        return keeper or self.works_on(pilot)


Rule = Callable[..., bool]


def anyone(person: Person, *_: object) -> bool:
    return True


def employees(person: Person, *_: object) -> bool:
    return person.employee


def chairs(person: Person, *_: object) -> bool:
    return person.chair


def administrators(person: Person, *_: object) -> bool:
    return person.administrator


N = r"(\d+)"
READ: dict[str, Rule] = {
    "/": anyone,
    "/me": anyone,
    "/notices": anyone,
    "/search": anyone,
    "/ideas": anyone,
    r"/ideas\.csv": employees,
    "/ideas/new": employees,
    f"/ideas/{N}": Person.sees,
    f"/ideas/{N}/revisions/{N}": lambda person, idea, _: person.sees(idea),
    f"/ideas/{N}/edit": Person.changes,
    f"/people/{N}": lambda person, other: person.employee or person.id == other,
    "/teams(/new)?": employees,
    f"/teams/{N}": employees,
    f"/teams/{N}/edit": Person.leads,
    f"/talk/([a-z_]+):{N}": Person.sees_ref,
    f"/talk/([a-z_]+):{N}/answers/{N}": lambda person, kind, number, _: person.sees_ref(kind, number),
    f"/talk/comments/{N}/edit": Person.said,
    "/voice": employees,
    r"/voice/(comments|sources\.csv)": employees,
    "/voice/import": Person.imports,
    rf"/voice/sources/{N}(/[a-z]+\.csv)?": employees,
    f"/voice/sources/{N}/rows": Person.reads_rows,
    f"/voice/sources/{N}/access": Person.keeps_source,
    f"/voice/remarks/{N}": Person.reads_remark,
    "/voice/(evidence|touchpoints|market)": employees,
    r"/voice/(market|evidence/findings)\.csv": employees,
    "/voice/evidence/new": Person.imports,
    "/voice/market/(new|import)": Person.imports,
    f"/voice/market/{N}/withdraw": lambda person, _: person.imports(),
    rf"/voice/evidence/{N}(/counts\.csv)?": employees,
    f"/voice/evidence/{N}/(counts|counts/add|findings/new)": lambda person, source, _: person.adds_to(source),
    f"/voice/evidence/findings/{N}": employees,
    f"/voice/evidence/findings/{N}/(edit|withdraw)": lambda person, finding, _: person.adds_to_source_of(finding),
    f"/voice/touchpoints/{N}": employees,
    f"/voice/touchpoints/{N}/(edit|merge)": lambda person, *_: person.keeps_touchpoints(),
    r"/processes(\.csv)?": employees,
    "/processes/new": lambda person: person.chair or person.administrator,
    f"/processes/{N}": employees,
    f"/processes/{N}/edit": Person.keeps_process,
    "/processes/rounds/new": chairs,
    f"/processes/rounds/{N}": employees,
    "/review": employees,
    f"/review/ideas/{N}": Person.reviews,
    f"/review/ideas/{N}/owner": Person.owns_process_of,
    "/review/(rounds|meetings)/new": chairs,
    rf"/review/rounds/{N}(/standing\.csv)?": lambda person, round_, *_: person.sees_round(round_),
    f"/review/rounds/{N}/edit": chairs,
    f"/review/rounds/{N}/names": Person.keeps_names,
    f"/review/rounds/{N}/ideas/{N}/decision": lambda person, round_, idea: person.member and not person.wrote(idea),
    f"/review/meetings/{N}": lambda person, _: person.member,
    f"/review/meetings/{N}/edit": chairs,
    f"/review/orders/{N}": Person.sees_order,
    r"/pilots(/pilots\.csv)?": employees,
    "/pilots/new": chairs,
    f"/pilots/{N}": employees,
    f"/pilots/{N}/edit": chairs,
    f"/pilots/{N}/health": Person.leads_pilot,
    f"/pilots/{N}/(effect|money|withdrawn)": employees,
    f"/pilots/{N}/steps/{N}": employees,
    f"/pilots/{N}/artefacts/{N}/versions": employees,
    f"/pilots/{N}/artefacts/{N}": employees,  # to all but the team it shows its versions
    f"/pilots/{N}/artefacts/new/[a-z_]+": lambda person, pilot: person.works_on(pilot),
    f"/pilots/{N}/measures/(new|{N})": lambda person, pilot, *_: person.works_on(pilot),
    f"/pilots/{N}/money/{N}/correct": lambda person, pilot, _: person.works_on(pilot) or person.leads_pilot(pilot),
    r"/leaders(/[a-z]+\.csv)?": lambda person, *_: person.steers,
    "/record": lambda person: person.steers or person.administrator,
    "/admin/scorecard": lambda person: person.chair or person.administrator,
    f"/admin(/(?!scorecard)[a-z/]+)?(/{N})?": administrators,
}
SEND: dict[str, Rule] = {
    "/me(/password|/sessions)?": anyone,
    "/notices/read": anyone,
    f"/notices/{N}/read": lambda person, entry: person.has(
        "select 1 from notice where entry = :entry and person_id = :me", entry=entry
    ),
    "/ideas/new": employees,
    f"/ideas/{N}/edit": Person.changes,
    f"/ideas/{N}/moves": Person.moves,
    f"/ideas/{N}/vote": Person.supports,
    f"/ideas/{N}/guests": Person.invites,
    f"/talk/([a-z_]+):{N}(/follow)?": lambda person, kind, number, _: person.sees_ref(kind, number),
    f"/talk/comments/{N}/(edit|withdraw)": lambda person, comment, _: person.said(comment),
    "/teams/new": employees,
    f"/teams/{N}/(edit|members|lead)": lambda person, team, _: person.leads(team),
    f"/teams/{N}/leave": Person.is_in,
    "/voice/import": Person.imports,
    f"/voice/sources/{N}/access": Person.keeps_source,
    f"/voice/remarks/{N}/marks": lambda person, remark: person.marks(remark),
    "/voice/evidence/new": Person.imports,
    "/voice/market/(new|import)": Person.imports,
    f"/voice/market/{N}/withdraw": lambda person, _: person.imports(),
    f"/voice/evidence/{N}/(counts|counts/add|findings/new)": lambda person, source, _: person.adds_to(source),
    f"/voice/evidence/findings/{N}/(edit|withdraw)": lambda person, finding, _: person.adds_to_source_of(finding),
    f"/voice/touchpoints/{N}/(edit|merge|moment)": lambda person, *_: person.keeps_touchpoints(),
    "/processes/new": lambda person: person.chair or person.administrator,
    f"/processes/{N}/edit": Person.keeps_process,
    "/processes/rounds/new": chairs,
    f"/processes/rounds/{N}/ballot": lambda person, _: person.member,
    f"/processes/rounds/{N}/(publish|moves)": chairs,
    f"/review/ideas/{N}": Person.scores,
    f"/review/ideas/{N}/conflict": Person.scores,
    f"/review/ideas/{N}/owner": Person.owns_process_of,
    "/review/(rounds|meetings)/new": chairs,
    f"/review/(rounds|meetings)/{N}/(edit|moves|reviewers|attendance)": chairs,
    f"/review/rounds/{N}/ideas/{N}/(decision|out)": chairs,
    f"/review/orders/{N}/moves": Person.runs_order,
    "/pilots/new": chairs,
    f"/pilots/{N}/edit": chairs,
    f"/pilots/{N}/health": Person.leads_pilot,
    f"/pilots/{N}(/steps/{N})?/moves": lambda person, pilot, *_: person.gates(pilot),
    f"/pilots/{N}/artefacts/(.+)": lambda person, pilot, *_: person.works_on(pilot),
    f"/pilots/{N}/measures/(.+)": lambda person, pilot, *_: person.works_on(pilot),
    f"/pilots/{N}/money": lambda person, pilot: person.works_on(pilot) or person.leads_pilot(pilot),
    f"/pilots/{N}/money/budget": Person.funds,
    f"/pilots/{N}/money/{N}/correct": lambda person, pilot, _: person.works_on(pilot) or person.leads_pilot(pilot),
    "/admin/scorecard": lambda person: person.chair or person.administrator,
    f"/admin/(?!scorecard)[a-z/]+(/{N})?(/[a-z]+)?": administrators,
}


def may(rules: dict[str, Rule], person: Person, address: str) -> bool:
    """By the one rule that the address has; an address without one is a hole in the rules."""
    path = urlsplit(address).path
    found = [(rule, match) for words, rule in rules.items() if (match := re.fullmatch(words, path))]
    assert len(found) == 1, (address, len(found))
    ((rule, match),) = found
    given = [int(part) if (part or "").isdigit() else part for part in match.groups()]
    return rule(person, *given[: rule.__code__.co_argcount - 1])
