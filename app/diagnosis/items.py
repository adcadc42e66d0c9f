"""What a diagnosis asks: the questions that come before, and the dimensions of maturity, five levels in words each.

The dimensions follow what the field calls customer experience maturity: a holistic view of the customer, patterns
instead of single cases, what customers try to get done, proactive management, and how far listening reaches into the
processes. A level is what one would see on walking through the house, so that two people can agree on it.
Keys are kept for ever: they join the answers of one diagnosis to those of the next.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Item:
    """ask: to colleagues; customers: the same to a customer, empty where a customer cannot know. levels: 1 to 5."""

    key: str
    name: str
    ask: str
    levels: tuple[str, str, str, str, str]
    customers: str = ""
    dimension: bool = False


# What a customer sees of it: the same five for each question.
FROM_OUTSIDE = ("Not at all", "Hardly", "In parts", "Mostly", "Entirely")

QUESTIONS = (
    Item(
        "define",
        "How we define the experience",
        "How do we define the experience that our customers have with us?",
        (
            "Nobody has written it down; each department means something else by it.",
            "There is a text, and few know it.",
            "It is written from what customers told us, and departments know their part.",
            "It says what customers should feel and do, and figures say whether they do.",
            "Everybody decides by it, and it is changed when customers change.",
        ),
        "Do you know what experience this organisation wants you to have?",
    ),
    Item(
        "propose",
        "What we propose",
        "What do we propose to customers, and do they know it as ours?",
        (
            "What we can make; customers choose what suits them.",
            "A list of services, much like that of others.",
            "A promise in words that customers use, for some of them.",
            "A promise for each kind of customer, tested with them.",
            "A promise that customers repeat to others, and that we would rather lose money than break.",
        ),
        "Is it clear to you what this organisation promises?",
    ),
    Item(
        "deliver",
        "How it is delivered",
        "How is the experience delivered, by which processes and people?",
        (
            "By whoever happens to be there.",
            "By departments, each as well as it can.",
            "By processes with an owner; hand-overs go wrong.",
            "By processes across departments, held against what customers should feel.",
            "By processes that are changed as soon as customers feel them fail.",
        ),
        "Does this organisation keep what it promises?",
    ),
    Item(
        "listen",
        "How we listen",
        "How do we listen to customers?",
        (
            "When they complain.",
            "With a survey now and then; the figures go to one department.",
            "With a regular survey and complaints, read together.",
            "At every touchpoint that matters, in figures and in words, and everybody can read it.",
            "All the time and where customers are; what they say changes what we do next week.",
        ),
        "When you say something, does this organisation listen?",
    ),
    Item(
        "journey",
        "Which journey we propose",
        "Which journey do we propose to customers?",
        (
            "None: customers meet us department by department.",
            "We have drawn one, and nobody works with it.",
            "The main journey is known, with its worst places.",
            "Journeys of several kinds of customers, each with figures at every touchpoint.",
            "Journeys are designed with customers, and each has somebody who answers for it.",
        ),
        "Does one step with this organisation lead well to the next?",
    ),
    Item(
        "act",
        "What we do about it",
        "What do we do about what customers tell us?",
        (
            "We answer complaints.",
            "Departments mend what they notice themselves.",
            "The worst is chosen once a year, and projects follow.",
            "Vital processes are chosen with evidence, teams work on them, pilots are measured.",
            "Every change is tried with customers, measured, and told to those who asked for it.",
        ),
        "Do things get better after customers have said what is wrong?",
    ),
)
DIMENSIONS = (
    Item(
        "holistic",
        "Holistic view",
        "Do we see the customer as one person over all departments, channels and time?",
        (
            "Each department sees its own part.",
            "Some share what they know when asked.",
            "There is one picture of the customer, put together by hand.",
            "Every department works from the same picture of the whole journey.",
            "The picture holds what customers live through before and after us, and decisions begin with it.",
        ),
        "Does this organisation know you as one person, wherever you meet it?",
        dimension=True,
    ),
    Item(
        "patterns",
        "Patterns",
        "Do we see patterns in what customers say, or single cases?",
        (
            "Single complaints, each on its own.",
            "Counts of complaints by month.",
            "Trends of figures, with how sure they are.",
            "What moves the outcome is known, for different customers.",
            "Patterns are found before they show in the outcome, and are checked by trials.",
        ),
        dimension=True,
    ),
    Item(
        "jobs",
        "What customers try to get done",
        "Do we know what customers try to get done, whoever serves them?",
        (
            "We know what they buy.",
            "We know whether they were satisfied.",
            "We know what some of them come for, from interviews.",
            "Jobs are written down, rated by customers, and ideas begin with them.",
            "We are chosen because we get the job done better than anything else does.",
        ),
        "Does this organisation understand what you want to get done?",
        dimension=True,
    ),
    Item(
        "proactive",
        "Proactive management",
        "Do we act before customers suffer?",
        (
            "We react when somebody complains loudly.",
            "We react to falling figures.",
            "Owners look at their figures and act every quarter.",
            "Alarms tell an owner within days, and causes are known.",
            "What would hurt is seen in advance and does not happen.",
        ),
        "Does this organisation act before something goes wrong for you?",
        dimension=True,
    ),
    Item(
        "reach",
        "How far listening reaches",
        "How far does what customers say reach into the processes?",
        (
            "It stays with those who ask.",
            "Leaders see it.",
            "Owners of some processes see it and answer for it.",
            "Every process has evidence, causes and an owner who acts.",
            "Whoever does the work sees today what customers felt yesterday.",
        ),
        dimension=True,
    ),
)
GROUPS: tuple[tuple[str, Sequence[Item]], ...] = (
    ("The questions that come before", QUESTIONS),
    ("Maturity", DIMENSIONS),
)
ITEMS: Mapping[str, Item] = {item.key: item for item in (*QUESTIONS, *DIMENSIONS)}
FOR_CUSTOMERS = tuple(item for item in ITEMS.values() if item.customers)
