"""The record's moves in words, in one place: for the inbox, mail, what changed, and the timelines of things."""

from collections.abc import Mapping

from app.ideas.saying import HAPPENED

WORDS: Mapping[str, Mapping[str, str]] = {
    "idea": HAPPENED,
    "idea_import": {"import": "Ideas brought in"},
    "round": {
        "open": "Reviewing has begun",
        "close": "Reviewing has ended",
        "publish": "Decisions are out",
        "cancel": "Round cancelled",
        "add_reviewer": "You are to review",
        "assign": "Ideas given out to reviewers",
        "repair_assignment": "Who reviews what repaired",
        "give_idea": "One more idea to review",
        "take_idea": "One idea fewer to review",
        "give_back": "An idea given back",
    },
    "meeting": {
        "plan": "Meeting planned",
        "begin": "Meeting begun",
        "hold": "Meeting held",
        "cancel": "Meeting cancelled",
        "attend": "Noted who is there",
        "arrive": "Somebody came",
        "leave": "Somebody left",
        "keep_minutes": "Minutes kept",
    },
    "motion": {
        "put": "A vote is open",
        "vote": "A vote given, sealed",
        "close": "The vote is closed",
        "withdraw": "Motion withdrawn",
        "turn_out": "How many voted in secret",
        "dissent": "Dissent noted",
    },
    "call": {
        "plan": "Call made",
        "change": "Call changed",
        "open": "Call opened",
        "run_out": "Call closed on its day",
        "close": "Call closed",
        "cancel": "Call cancelled",
        "conclude": "What came of a call",
    },
    "conflict": {
        "declare": "A member has a conflict",
        "confirm": "A conflict is confirmed",
        "end": "A conflict has ended",
    },
    "suspicion": {"name": "An author names who should not judge it", "dismiss": "Looked at, and no conflict"},
    "to_do": {"order": "To be done now", "accept": "Accepted by its process owner", "done": "Done, and reported"},
    "prioritisation": {
        "open": "Prioritisation has begun",
        "publish": "Priorities are out",
        "cancel": "Prioritisation cancelled",
    },
    "cause": {
        "add": "Cause kept",
        "change": "Cause changed",
        "withdraw": "Cause withdrawn",
        "cite": "Evidence added to a cause",
        "uncite": "Evidence of a cause withdrawn",
    },
    "experience_round": {
        "open": "Rating of the experience has begun",
        "rate": "The experience rated",
        "close": "Rating of the experience has ended",
        "cancel": "Rating of the experience cancelled",
    },
    "experience_statement": {"add": "Statement of the experience kept", "withdraw": "Statement withdrawn"},
    "journey": {"draw": "Journey drawn", "describe": "Journey described", "arrange": "Journey put in order"},
    "customer_job": {
        "add": "Job written down",
        "change": "Job changed",
        "rate": "Outcome of a job rated",
        "unrate": "Outcome of a job taken out",
        "put_aside": "Job put aside",
        "take_up": "Job taken up again",
    },
    "diagnosis": {
        "open": "Diagnosis opened",
        "answer": "Answered, sealed",
        "invite": "Customers invited",
        "close": "Answering closed",
        "conclude": "Our answer written",
        "supersede": "Our answer superseded",
        "publish": "Diagnosis published",
        "cancel": "Diagnosis cancelled",
    },
    "alarm": {
        "raise": "Worse beyond chance",
        "look": "Looked at",
        "close": "Closed",
        "open_again": "Opened again",
        "correct": "Figures of a corrected file",
    },
    "theme": {
        "add": "Theme named",
        "code_many": "Comments coded",
        "undo_coding": "Codes taken back",
        "merge": "Merged",
    },
    "pilot": {
        "charter": "Pilot chartered",
        "scale": "To be rolled out further",
        "adopt": "Adopted by its process owner",
        "stop": "Pilot stopped",
        "health": "Now {after}",
        "invite": "A guest invited",
        "uninvite": "A guest's invitation taken back",
        "take_causes": "Causes taken over as barriers",
    },
    "source": {
        "begin": "Source made",
        "import": "Brought in",
        "count": "Counts brought in",
        "correct": "A count put right",
        "access": "Who sees it changed",
        "mark_comment": "A comment's marks changed",
        "ask": "Set to collect",
        "receive": "Answers received",
        "close": "Closed",
        "prolong": "Last day moved",
        "reopen": "Opened again",
        "renew_link": "Given a new link",
    },
    "touchpoint": {
        "add": "Added",
        "change": "Changed",
        "mark": "Marked as a moment of truth",
        "unmark": "No longer a moment of truth",
        "merge": "Merged into another one",
    },
    "finding": {"find": "Written down", "change": "Changed", "withdraw": "Withdrawn"},
    "benchmark": {"keep": "Figure of the market kept", "withdraw": "Withdrawn"},
    "team": {
        "form": "Team formed",
        "disband": "Disbanded",
        "join": "You are in this team now",
        "come": "A colleague has joined",
        "leave": "Somebody left",
        "hand_over": "You lead this team now",
        "invite": "You are asked to join",
        "uninvite": "An invitation taken back",
        "decline": "A colleague has declined to join",
        "open_seat": "A seat opened",
        "withdraw_seat": "A seat taken away",
        "claim_seat": "A colleague claims a seat",
        "unclaim_seat": "A claim taken back",
        "fill_seat": "A seat taken",
        "decline_claim": "Your claim was declined",
        "mandate": "A mandate given, to be accepted by the lead",
        "accept_mandate": "The mandate is accepted",
        "hand_back": "The mandate is handed back",
        "end_mandate": "The mandate has ended",
        "ask_hours": "You are asked to release somebody's hours",
        "release_hours": "Hours released",
        "refuse_hours": "Hours refused",
        "deliver": "Something owed was handed in",
        "undeliver": "Something handed in is owed again",
    },
    "step": {
        "ask": "Gate {step} asked for",
        "take_back": "Gate {step} taken back",
        "pass": "Gate {step} passed",
        "send_back": "Gate {step} sent back",
        "stop": "Stopped at gate {step}",
        "reopen": "Step {step} opened again",
        "repeat": "To be repeated",
        "open": "Step {step} begun",
        "walk_back": "Gate {step} open again",
    },
    "comment": {"say": "Somebody has spoken"},
    "person": {
        "remind": "Reminded of what is due",
        "add": "Added",
        "change": "Changed",
        "grant": "Given a role",
        "revoke": "Role taken",
        "disable": "Disabled",
        "enable": "Enabled",
        "invite": "Invited",
        "password": "Password chosen",
        "erase": "Erased",
        "make_token": "Token made",
        "revoke_token": "Token revoked",
    },
    "committee": {"add": "Committee made", "change": "Committee changed", "seat": "Seat changed"},
    "organisation": {"set_up": "Set up", "change": "Organisation changed"},
}
# What is said on a thing, whatever it is.
TALK: Mapping[str, str] = {
    "mention": "Somebody named in the talk",
    "report": "A comment reported",
    "hide": "A comment hidden by the moderation",
    "restore": "A hidden comment stands again",
    "dismiss": "A reported comment left standing",
}
# Where the stage that was left or entered makes it another thing.
FROM = {("submit", "sent back"): "Submitted again", ("submit", "returned"): "Submitted again"}
TO = {("begin", "signal"): "Kept as a signal"}


def kind_of(ref: str) -> str:
    return ref.partition(":")[0]


def sentence(ref: str, move: str, before: str = "", after: str = "", step: int | None = None) -> str:
    """What this move of this thing is called: "Gate 3 passed". A move without words of its own is called by its name.

    step: the number of the step, where the ref names one.
    """
    words = WORDS.get(kind_of(ref), {}).get(move) or TALK.get(move) or move.replace("_", " ").capitalize()
    words = FROM.get((move, before)) or TO.get((move, after)) or words
    return " ".join(words.replace("{step}", "" if step is None else str(step)).replace("{after}", after).split())
