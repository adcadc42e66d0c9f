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

    def votes_on(self, motion: int) -> bool:
        """Members who have nothing to do with its idea: no conflict that lives, no hand in it, never in its team."""
        said = "select person_id, idea_id from conflict where ended_at is null"
        said += " union select person_id, idea_id from idea_author"
        team = "select t.person_id, i.id from membership t join idea i on i.team_id = t.team_id"
        team += " where t.until is null or t.until >= i.created_at"
        concerned = f"{said} union {team}"
        about = f"select c.idea_id from ({concerned}) c where c.person_id = :me"
        free = f"select 1 from motion where id = :motion and idea_id not in ({about})"
        return self.member and self.has(free, motion=motion)

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
        """Who may not know the authors has nothing to do with whom they work."""
        return self.sees(idea) and (self.wrote(idea) or (self.chair and not self.veiled(idea)))

    def veiled(self, idea: int) -> bool:
        unnamed = "select 1 from idea where id = :idea and custodian_id is not null and custodian_id <> :me"
        blind = "select 1 from veil where person_id = :me and idea_id = :idea"
        return self.has(f"{blind} union all {unnamed}", idea=idea)

    def answers_joining(self, joining: int) -> bool:
        (row,) = self.demo.rows("select idea_id, into_id from joining where id = :joining", joining=joining)
        return self.wrote(row.idea_id) or self.wrote(row.into_id) or self.chair

    def asked_to_support(self, joining: int) -> bool:
        own = "select 1 from joining j join vote v on v.idea_id = j.idea_id where j.id = :joining and v.person_id = :me"
        return self.employee and self.has(own, joining=joining)

    def is_so(self, idea: int, what: str) -> bool:
        return self.has(f"select 1 from idea where id = :idea and {what} and :me > 0", idea=idea)

    def arranges_seat(self, seat: int) -> bool:
        return self.chair or self.has("select 1 from seat where id = :seat and person_id = :me", seat=seat)

    def is_away(self, absence: int) -> bool:
        return self.has("select 1 from absence where id = :absence and person_id = :me", absence=absence)

    def keeps_search(self, number: int) -> bool:
        return self.has("select 1 from saved_search where id = :number and person_id = :me", number=number)

    def said(self, comment: int) -> bool:
        return self.has("select 1 from comment where id = :comment and author_id = :me", comment=comment)

    def sees_comment(self, comment: int) -> bool:
        (row,) = self.demo.rows("select about from comment where id = :comment", comment=comment)
        kind, _, number = row.about.partition(":")
        return self.sees_ref(kind, int(number))

    def moderates(self, comment: int) -> bool:
        judges = self.chair or self.administrator
        return judges and self.sees_comment(comment) and not self.said(comment)

    def reads_all(self, comment: int) -> bool:
        return self.said(comment) or ((self.chair or self.administrator) and self.sees_comment(comment))

    def opens(self, file: int) -> bool:
        (row,) = self.demo.rows("select about, comment_id from file where id = :file", file=file)
        kind, _, number = row.about.partition(":")
        return self.sees_ref(kind, int(number))

    def sees_ref(self, kind: str, number: int) -> bool:
        if kind == "call":
            return self.sees_call(number)
        if kind == "pilot":
            return self.sees_pilot(number)
        return self.sees(number) if kind == "idea" else self.employee

    def is_in(self, team: int) -> bool:
        return self.has(
            "select 1 from membership where team_id = :team and person_id = :me and until is null", team=team
        )

    def leads(self, team: int) -> bool:
        own = "team_id = :team and person_id = :me and until is null"
        return self.has(f"select 1 from membership where {own} and lead", team=team)

    def keeps_channel(self, hook: int) -> bool:
        team = "select 1 from notice_hook h join membership m on m.team_id = h.team_id where h.id = :hook"
        return self.has(f"{team} and m.person_id = :me and m.until is null and m.lead", hook=hook)

    def imports(self) -> bool:
        keeps = "select 1 from source s join person p on p.department_id = s.department_id where p.id = :me"
        return self.member or self.administrator or self.name in LEADERS or (self.employee and self.has(keeps))

    def brings_in(self) -> bool:
        return self.chair or self.administrator

    def draws(self) -> bool:
        """Journeys and jobs: whoever may bring evidence in."""
        return self.imports()

    def asked_in(self, diagnosis: int) -> bool:
        own = (
            "select 1 from diagnosis_department a join person p on p.department_id = a.department_id"
            " join diagnosis d on d.id = a.diagnosis_id where p.id = :me and d.id = :diagnosis and d.stage = 'open'"
        )
        return self.employee and self.has(own, diagnosis=diagnosis)

    def sees_answers(self, diagnosis: int) -> bool:
        (row,) = self.demo.rows("select stage from diagnosis where id = :diagnosis", diagnosis=diagnosis)
        inner = self.member or self.name in LEADERS
        return self.employee and (row.stage == "published" or (row.stage == "closed" and inner))

    def keeps_asking(self, asking: int) -> bool:
        near = "person_id = :me or department_id = (select department_id from person where id = :me)"
        own = self.has(f"select 1 from asking where id = :asking and ({near})", asking=asking)
        return self.member or self.administrator or self.name in LEADERS or (self.employee and own)

    def sees_pilot(self, pilot: int) -> bool:
        invited = self.has("select 1 from pilot_guest where pilot_id = :pilot and person_id = :me", pilot=pilot)
        return self.employee or invited

    def leads_it(self, pilot: int) -> bool:
        return self.chair or self.has("select 1 from pilot where id = :pilot and lead_id = :me", pilot=pilot)

    def team_of(self, table: str, number: int) -> int:
        (row,) = self.demo.rows(f"select team_id from {table} where id = :number", number=number)
        return int(row.team_id)

    def answers_claim(self, seat: int, claim: int) -> bool:
        own = self.has("select 1 from team_claim where id = :claim and person_id = :me", claim=claim)
        return own or self.leads(self.team_of("team_seat", seat))

    def claims(self, seat: int) -> bool:
        return self.employee and not self.is_in(self.team_of("team_seat", seat))

    def answers_invitation(self, team: int, invitation: int) -> bool:
        own = self.has("select 1 from team_invitation where id = :number and person_id = :me", number=invitation)
        return own or self.leads(team)

    def mandates(self, team: int) -> bool:
        return self.chair and not self.is_in(team)

    def answers_mandate(self, mandate: int) -> bool:
        team = self.team_of("mandate", mandate)
        return self.leads(team) or self.mandates(team)

    def releases(self, mandate: int, hours: int) -> bool:
        asked = "select 1 from mandate_hours where id = :hours and"
        nobody = self.has(f"{asked} asked_of is null and person_id <> :me", hours=hours)
        chair = nobody and self.mandates(self.team_of("mandate", mandate))
        return chair or self.has(f"{asked} asked_of = :me", hours=hours)

    def sees_call(self, call: int) -> bool:
        mine = (
            "select 1 from call c left join call_department d on d.call_id = c.id where c.id = :call and (c.everyone"
            " or c.sponsor_id = :me or d.department_id = (select department_id from person where id = :me))"
        )
        return self.employee and (self.member or self.has(mine, call=call))

    def has_token(self, token: int) -> bool:
        return self.has("select 1 from token where id = :token and person_id = :me", token=token)

    def reads_rows(self, source: int) -> bool:
        keeps = (
            "select 1 from source s join person p on p.id = :me where s.id = :source and (s.rows_for = 'employees'"
            " or s.imported_by = :me or (s.rows_for = 'department' and s.department_id = p.department_id))"
        )
        return self.member or (self.employee and self.has(keeps, source=source))

    def changes_recode(self, recode: int) -> bool:
        return self.changes_kept("recode", recode)

    def changes_kept(self, table: str, number: int) -> bool:
        others = " or shared" if self.chair or self.administrator else ""
        return self.employee and self.has(
            f"select 1 from {table} where id = :number and (made_by = :me{others})",
            number=number,
        )

    def keeps_source(self, source: int) -> bool:
        keeps = (
            "select 1 from source s join person p on p.id = :me where s.id = :source and (s.imported_by = :me"
            " or (s.department_id = p.department_id and exists (select 1 from person_role g where g.person_id = :me"
            " and g.role = 'leader')))"
        )
        return self.chair or self.administrator or (self.employee and self.has(keeps, source=source))

    def adds_to(self, source: int) -> bool:
        own = (
            "select 1 from source s join person p on p.id = :me where s.id = :source"
            " and s.department_id = p.department_id"
        )
        return self.keeps_source(source) or self.member or (self.employee and self.has(own, source=source))

    def adds_to_source_of(self, finding: int) -> bool:
        rows = self.demo.rows("select source_id from finding where id = :finding", finding=finding)
        return any(self.adds_to(row.source_id) for row in rows)

    def marks(self, remark: int) -> bool:
        rows = self.demo.rows("select source_id from remark where id = :remark", remark=remark)
        return any(self.keeps_source(row.source_id) and self.reads_rows(row.source_id) for row in rows)

    def keeps_touchpoints(self) -> bool:
        brought = "select 1 from source where imported_by = :me"
        return self.chair or self.administrator or (self.employee and self.has(brought))

    def reads_comments(self, source: int | None = None) -> bool:
        """Comments of a source, or of any."""
        one = "s.id = :source and " if source is not None else ""
        keeps = (
            f"select 1 from source s join person p on p.id = :me where {one}s.stage = 'taken' and ("
            "s.comments_for = 'employees' or s.imported_by = :me"
            " or (s.comments_for = 'department' and s.department_id = p.department_id))"
        )
        given = {} if source is None else {"source": source}
        return self.member or (self.employee and self.has(keeps, **given))

    def reads_remark(self, remark: int) -> bool:
        (row,) = self.demo.rows("select source_id from remark where id = :remark", remark=remark)
        return self.reads_comments(row.source_id)

    def keeps_comments(self) -> bool:
        """Codes the comments that they may read: the committee, a keeping department, administrators."""
        keeps = "select 1 from source s join person p on p.department_id = s.department_id where p.id = :me"
        return self.member or (self.employee and self.reads_comments() and (self.administrator or self.has(keeps)))

    def codes(self, remark: int) -> bool:
        return self.reads_remark(remark) and self.keeps_comments()

    def answers_alarm(self, alarm: int) -> bool:
        owns = "select 1 from alarm a join process p on p.id = a.process_id where a.id = :alarm and p.owner_id = :me"
        return self.chair or self.has(owns, alarm=alarm)

    def reads_the_latest_rows(self) -> bool:
        latest = (
            "select s.id from source s join outcome o on o.source_id = s.id"
            " where s.stage = 'taken' and not s.collecting and :me > 0"
        )
        (row, *_) = self.demo.rows(f"{latest} order by s.last_day desc, s.id desc limit 1", me=self.id)
        return self.reads_rows(row.id)

    def answers_for(self, process: int) -> bool:
        return self.has("select 1 from process where id = :process and owner_id = :me", process=process)

    def keeps_process(self, process: int) -> bool:
        return self.chair or self.administrator or self.answers_for(process)

    def keeps_causes(self, process: int) -> bool:
        team = "select 1 from team_process t join membership m on m.team_id = t.team_id where m.until is null"
        works = self.has(f"{team} and t.process_id = :process and m.person_id = :me", process=process)
        return self.member or works or self.answers_for(process)

    def rates(self, process: int) -> bool:
        own = "select 1 from process_department d join person p on p.department_id = d.department_id"
        here = self.has(f"{own} where d.process_id = :process and p.id = :me", process=process)
        return here or self.keeps_causes(process)

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

    def keeps_names_of(self, idea: int) -> bool:
        """Of an idea that was written without a name, or that a blind round holds."""
        unnamed = "select 1 from idea where id = :idea and custodian_id = :me"
        rounds = (
            "select 1 from round r join round_idea p on p.round_id = r.id join idea i on i.id = p.idea_id"
            " where p.live and r.blind and r.stage in ('open', 'closed') and i.custodian_id is null"
        )
        return self.has(f"{unnamed} union all {rounds} and i.id = :idea and r.custodian_id = :me", idea=idea)

    def kept_by_another(self, idea: int) -> bool:
        rounds = (
            "select 1 from round r join round_idea p on p.round_id = r.id where p.live and r.blind and :me > 0"
            " and r.stage in ('open', 'closed') and r.custodian_id is not null and p.idea_id = :idea"
        )
        blind = (
            "select 1 from round r join round_idea p on p.round_id = r.id where p.live and r.blind"
            " and r.stage in ('open', 'closed') and p.idea_id = :idea"
        )
        unnamed = f"select 1 from idea where id = :idea and custodian_id <> :me and not exists ({blind})"
        return self.has(f"{unnamed} union all {rounds}", idea=idea)

    def settles(self, idea: int) -> bool:
        """Conflicts of an idea: who knows who wrote it, and has nothing to do with it."""
        heads = self.chair and not self.wrote(idea) and not self.kept_by_another(idea)
        return self.keeps_names_of(idea) or heads

    def hears_of_conflicts(self, idea: int) -> bool:
        return self.sees(idea) and (self.member or self.wrote(idea) or self.settles(idea))

    def looks_at_conflicts(self) -> bool:
        rounds = "select 1 from round where custodian_id = :me and blind and stage in ('open', 'closed')"
        return self.chair or self.has(rounds)

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
    "/me/notices": anyone,
    "/me/tokens/new": employees,
    f"/me/tokens/{N}": Person.has_token,
    "/docs": employees,
    r"/openapi\.json": anyone,
    "/voice/ask": employees,
    "/voice/ask/new": Person.imports,
    f"/voice/ask/{N}": employees,
    rf"/voice/ask/{N}/(card|qr\.(svg|png))": lambda person, asking, *_: person.keeps_asking(asking),
    "/notices": anyone,
    "/search": anyone,
    f"/search/comments/{N}": Person.sees_comment,
    "/ideas": anyone,
    r"/ideas\.(csv|xlsx)": lambda person, *_: person.employee,
    r"/ideas/(votes|comments)\.(csv|xlsx)": lambda person, *_: person.steers,
    f"/ideas/import(/{N}(/map\\.toml)?)?": lambda person, *_: person.brings_in(),
    "/ideas/new": employees,
    f"/ideas/{N}": Person.sees,
    f"/ideas/{N}/guests": Person.invites,
    "/calls": employees,
    "/calls/new": chairs,
    f"/calls/{N}(/poster)?": lambda person, call, *_: person.sees_call(call),
    f"/calls/{N}/edit": chairs,
    f"/ideas/{N}/revisions/{N}(/{N})?": lambda person, idea, *_: person.sees(idea),
    f"/ideas/{N}/revisions": Person.sees,
    f"/ideas/{N}/edit": Person.changes,
    "/ideas/similar": employees,
    f"/ideas/{N}/similar": lambda person, idea: person.employee and person.sees(idea),
    f"/ideas/{N}/join": lambda person, idea: person.employee and person.sees(idea),
    "/people/figures": employees,
    f"/people/{N}": lambda person, other: person.employee or person.id == other,
    "/teams(/new)?": employees,
    f"/teams/{N}": employees,
    f"/teams/{N}/(edit|chat|invite|seats/new)": lambda person, team, _: person.leads(team),
    f"/teams/{N}/mandates/new": Person.mandates,
    f"/teams/(seats|mandates)/{N}": employees,
    f"/talk/([a-z_]+):{N}": Person.sees_ref,
    f"/talk/([a-z_]+):{N}/answers/{N}": lambda person, kind, number, _: person.sees_ref(kind, number),
    f"/talk/([a-z_]+):{N}/people": lambda person, kind, number: person.employee and person.sees_ref(kind, number),
    f"/talk/comments/{N}": Person.sees_comment,
    f"/talk/comments/{N}/edit": Person.said,
    f"/talk/comments/{N}/before": Person.reads_all,
    f"/talk/comments/{N}/report": lambda person, comment: person.sees_comment(comment) and not person.said(comment),
    f"/talk/comments/{N}/moderation": Person.moderates,
    "/talk/moderation": lambda person: person.chair or person.administrator,
    f"/files/{N}(/photo|/preview)?": lambda person, file, _: person.opens(file),
    f"/ideas/{N}/files": Person.changes,
    "/voice": employees,
    r"/voice/sources\.csv": employees,
    r"/voice/comments(\.csv|/terms)?": employees,
    "/voice/comments/themes": employees,
    "/voice/comments/(code|themes/new)": lambda person, _: person.keeps_comments(),
    f"/voice/comments/themes/{N}": lambda person, _: person.employee and person.reads_comments(),
    f"/voice/comments/{N}": Person.reads_remark,
    f"/ideas/{N}/cite": Person.changes,
    "/processes/alarms": employees,
    f"/processes/alarms/{N}": employees,
    "/processes/alarms/setting": lambda person: person.chair or person.administrator,
    "/voice/import": Person.imports,
    "/voice/(journeys|jobs)": employees,
    "/voice/(journeys|jobs)/new": lambda person, _: person.draws(),
    rf"/voice/(journeys|jobs)/{N}(/figures\.csv)?": employees,
    f"/voice/(journeys|jobs)/{N}/edit": lambda person, *_: person.draws(),
    rf"/voice/diagnosis(/profile\.csv|/{N})?": employees,
    "/voice/diagnosis/new": lambda person: person.chair or person.administrator,
    f"/voice/diagnosis/{N}/answer": Person.asked_in,
    rf"/voice/diagnosis/{N}/(items/[a-z]+|spread\.csv)": lambda person, diagnosis, _: person.sees_answers(diagnosis),
    r"/processes(/departments(/departments)?)?(\.csv)?": employees,
    rf"/voice/sources/{N}(/(?!rows)[a-z]+\.csv)?": employees,
    rf"/voice/sources/{N}/rows(?:\.csv)?": Person.reads_rows,
    r"/voice/(indices|tables)(\.zip)?": employees,
    "/voice/(recodes|recodes/new|analyses/new|accounts)": employees,
    f"/voice/recodes/{N}": Person.changes_recode,
    "/voice/accounts/parts": lambda person: person.member or person.administrator,
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
    r"/processes\.zip": Person.reads_the_latest_rows,
    "/processes/new": lambda person: person.chair or person.administrator,
    f"/processes/{N}": employees,
    f"/processes/{N}/edit": Person.keeps_process,
    "/processes/rounds": employees,
    "/processes/rounds/new": chairs,
    f"/processes/rounds/{N}": employees,
    f"/processes/{N}/(causes|experience)": employees,
    f"/processes/{N}/causes/{N}": employees,  # to all but its keepers it shows the tree
    f"/processes/{N}/experience/rounds/{N}": lambda person, process, _: person.rates(process),
    "/review": employees,
    "/review/conflicts": Person.looks_at_conflicts,
    f"/review/ideas/{N}/conflicts": Person.hears_of_conflicts,
    f"/review/ideas/{N}": Person.reviews,
    f"/review/ideas/{N}/owner": Person.owns_process_of,
    "/review/(rounds|meetings)/new": chairs,
    "/review/screening": chairs,
    f"/review/committees(/{N})?": employees,
    "/me/absences": lambda person: person.member,
    rf"/review/rounds/{N}(/standing\.csv)?": lambda person, round_, *_: person.sees_round(round_),
    f"/review/rounds/{N}/edit": chairs,
    f"/review/rounds/{N}/names": Person.keeps_names,
    f"/review/rounds/{N}/ideas/{N}/decision": lambda person, round_, idea: person.member and not person.wrote(idea),
    "/review/(letters|forecasts)": lambda person, *_: person.member,
    "/review/letters/[a-z_]+": chairs,
    f"/review/rounds/{N}/letters": lambda person, _: person.member,
    f"/review/rounds/{N}/letters/{N}": lambda person, round_, idea: person.member and not person.wrote(idea),
    f"/review/rounds/{N}/batch": chairs,
    f"/review/meetings/{N}": lambda person, _: person.member,
    rf"/review/meetings/{N}/(live|meeting\.ics|pack\.pdf|minutes\.pdf)": lambda person, *_: person.member,
    f"/review/meetings/{N}/(edit|items/{N})": chairs,
    f"/review/motions/{N}": Person.votes_on,
    f"/review/rounds/{N}/ideas/{N}/motion": chairs,
    f"/review/orders/{N}": Person.sees_order,
    r"/pilots(/pilots\.csv)?": employees,
    "/pilots/new": chairs,
    f"/pilots/{N}": Person.sees_pilot,
    f"/pilots/{N}/guests": Person.leads_it,
    f"/pilots/{N}/edit": chairs,
    f"/pilots/{N}/health": Person.leads_pilot,
    f"/pilots/{N}/(effect|money|withdrawn|causes)": employees,
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
    "/me/tokens/new": employees,
    f"/me/tokens/{N}/revoke": Person.has_token,
    "/voice/ask/new": Person.imports,
    f"/voice/ask/{N}/(moves|until|link)": lambda person, asking, *_: person.keeps_asking(asking),
    "/me/notices": anyone,
    f"/notices/channels/{N}/moves": lambda person, hook: person.administrator or person.keeps_channel(hook),
    "/notices/read": anyone,
    f"/notices/{N}/read": lambda person, entry: person.has(
        "select 1 from notice where entry = :entry and person_id = :me", entry=entry
    ),
    "/ideas/new": employees,
    "/ideas/import": Person.brings_in,
    f"/ideas/{N}/edit": Person.changes,
    f"/ideas/{N}/moves": Person.moves,
    f"/ideas/{N}/vote": Person.supports,
    f"/ideas/{N}/name": lambda person, idea: person.wrote(idea) and person.is_so(idea, "custodian_id is not null"),
    f"/ideas/{N}/open": lambda person, idea: person.wrote(idea) and person.is_so(idea, "audience <> 'everyone'"),
    "/ideas/writing/away": anyone,
    "/search/saved": anyone,
    f"/search/saved/{N}/delete": Person.keeps_search,
    f"/ideas/{N}/relations": lambda person, idea: person.employee and person.wrote(idea),
    f"/ideas/{N}/joinings": lambda person, idea: person.employee and person.sees(idea),
    f"/ideas/{N}/joinings/{N}/moves": lambda person, idea, joining: person.answers_joining(joining),
    f"/ideas/{N}/joinings/{N}/support": lambda person, idea, joining: person.asked_to_support(joining),
    f"/talk/([a-z_]+):{N}(/follow|/preview)?": lambda person, kind, number, _: person.sees_ref(kind, number),
    f"/talk/comments/{N}/(edit|withdraw|files/{N}/withdraw)": lambda person, comment, *_: person.said(comment),
    f"/talk/comments/{N}/report": lambda person, comment: person.sees_comment(comment) and not person.said(comment),
    f"/talk/comments/{N}/moderation": Person.moderates,
    f"/ideas/{N}/files(/{N}/withdraw)?": lambda person, idea, *_: person.changes(idea),
    f"/ideas/{N}/guests(/{N})?": lambda person, idea, *_: person.invites(idea),
    f"/pilots/{N}/guests(/{N})?": lambda person, pilot, *_: person.leads_it(pilot),
    "/calls/new": chairs,
    f"/calls/{N}/(edit|moves|outcome)": chairs,
    "/teams/new": employees,
    f"/teams/{N}/(edit|chat|lead|invite|seats/new)": lambda person, team, _: person.leads(team),
    f"/teams/{N}/invitations/{N}": Person.answers_invitation,
    f"/teams/{N}/mandates/new": Person.mandates,
    f"/teams/seats/{N}/claims": Person.claims,
    f"/teams/seats/{N}/claims/{N}": Person.answers_claim,
    f"/teams/seats/{N}/withdraw": lambda person, seat: person.leads(person.team_of("team_seat", seat)),
    f"/teams/mandates/{N}/(moves|owed/{N})": lambda person, mandate, *_: person.answers_mandate(mandate),
    f"/teams/mandates/{N}/hours/{N}": Person.releases,
    f"/teams/{N}/leave": Person.is_in,
    "/voice/import": Person.imports,
    "/voice/(journeys|jobs)/new": lambda person, _: person.draws(),
    f"/voice/journeys/{N}/(edit|arrange)": lambda person, *_: person.draws(),
    f"/voice/jobs/{N}/(edit|moves|outcomes)": lambda person, *_: person.draws(),
    f"/voice/jobs/{N}/outcomes/{N}/remove": lambda person, *_: person.draws(),
    "/voice/diagnosis/new": lambda person: person.chair or person.administrator,
    f"/voice/diagnosis/{N}/answer": Person.asked_in,
    f"/voice/diagnosis/{N}/(moves|invitations)": lambda person, *_: person.chair or person.administrator,
    f"/voice/diagnosis/{N}/items/[a-z]+": lambda person, _: person.chair,
    "/voice/(recodes|analyses)": employees,
    f"/voice/recodes/{N}(/remove)?": lambda person, recode, _: person.changes_recode(recode),
    f"/voice/analyses/{N}/remove": lambda person, number: person.changes_kept("analysis", number),
    "/voice/accounts/parts": lambda person: person.member or person.administrator,
    f"/voice/sources/{N}/access": Person.keeps_source,
    f"/voice/remarks/{N}/marks": lambda person, remark: person.marks(remark),
    "/voice/evidence/new": Person.imports,
    "/voice/market/(new|import)": Person.imports,
    f"/voice/market/{N}/withdraw": lambda person, _: person.imports(),
    f"/voice/evidence/{N}/(counts|counts/add|findings/new)": lambda person, source, _: person.adds_to(source),
    f"/voice/evidence/findings/{N}/(edit|withdraw)": lambda person, finding, _: person.adds_to_source_of(finding),
    f"/voice/touchpoints/{N}/(edit|merge|moment)": lambda person, *_: person.keeps_touchpoints(),
    "/voice/comments/code": Person.keeps_comments,
    "/voice/comments/undo": lambda person: person.name == "sami",
    f"/voice/comments/themes/(new|{N})(/merge)?": lambda person, *_: person.keeps_comments(),
    f"/voice/comments/{N}/code": Person.codes,
    f"/voice/sources/{N}/coded": lambda person, source: person.reads_comments(source) and person.keeps_comments(),
    f"/ideas/{N}/citations(/{N}/withdraw)?": lambda person, idea, *_: person.changes(idea),
    f"/processes/alarms/{N}/moves": Person.answers_alarm,
    "/processes/alarms/setting": lambda person: person.chair or person.administrator,
    "/processes/new": lambda person: person.chair or person.administrator,
    f"/processes/{N}/edit": Person.keeps_process,
    "/processes/rounds/new": chairs,
    f"/processes/rounds/{N}/ballot": lambda person, _: person.member,
    f"/processes/rounds/{N}/(publish|moves)": chairs,
    f"/processes/{N}/causes(/.+)?": lambda person, process, *_: person.keeps_causes(process),
    f"/processes/{N}/experience/(statements|rounds)": lambda person, process, _: person.keeps_process(process),
    f"/processes/{N}/experience/statements/{N}/withdraw": lambda person, process, _: person.keeps_process(process),
    f"/processes/{N}/experience/rounds/{N}": lambda person, process, _: person.rates(process),
    f"/processes/{N}/experience/rounds/{N}/moves": lambda person, process, _: person.keeps_process(process),
    f"/review/ideas/{N}": Person.scores,
    f"/review/ideas/{N}/questions": Person.scores,
    f"/review/ideas/{N}/conflict": lambda person, idea: person.member and not person.wrote(idea),
    f"/review/ideas/{N}/conflicts": lambda person, idea: person.employee and person.wrote(idea),
    f"/review/ideas/{N}/conflicts/(answers|end)": lambda person, idea, _: person.settles(idea),
    f"/review/ideas/{N}/owner": Person.owns_process_of,
    "/review/(rounds|meetings)/new": chairs,
    f"/review/(rounds|meetings)/{N}/(edit|moves|reviewers|attendance|remind|extend)": chairs,
    f"/review/meetings/{N}/(agenda|items/{N}|floor|invitation|minutes)": chairs,
    f"/review/meetings/{N}/presence": lambda person, _: person.member,
    f"/review/motions/{N}/(vote|dissent)": lambda person, motion, _: person.votes_on(motion),
    f"/review/motions/{N}/moves": lambda person, motion: person.chair and person.votes_on(motion),
    f"/review/rounds/{N}/ideas/{N}/motion": chairs,
    f"/review/screening/{N}/moves": chairs,
    f"/review/ideas/{N}/pass-on": chairs,
    f"/review/committees/{N}/absences(/{N}/take-back)?": chairs,
    f"/review/committees/seats/{N}/substitute": Person.arranges_seat,
    "/me/absences": lambda person: person.member,
    f"/me/absences/{N}/take-back": Person.is_away,
    f"/review/rounds/{N}/capacity": chairs,
    f"/review/rounds/{N}/ideas/{N}/(decision|out)": chairs,
    "/review/letters/[a-z_]+": chairs,
    f"/review/rounds/{N}/(batch|letters/{N})": chairs,
    f"/review/orders/{N}/moves": Person.runs_order,
    "/pilots/new": chairs,
    f"/pilots/{N}/edit": chairs,
    f"/pilots/{N}/health": Person.leads_pilot,
    f"/pilots/{N}(/steps/{N})?/moves": lambda person, pilot, *_: person.gates(pilot),
    f"/pilots/{N}/artefacts/(.+)": lambda person, pilot, *_: person.works_on(pilot),
    f"/pilots/{N}/measures/(.+)": lambda person, pilot, *_: person.works_on(pilot),
    f"/pilots/{N}/causes": Person.works_on,
    f"/pilots/{N}/conditions/{N}": lambda person, pilot, _: person.leads_pilot(pilot),
    "/people/figures/[a-z]+": administrators,
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
