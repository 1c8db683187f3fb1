"""The 65 clauses of the five support policies, and the decorator that says which of them a test shows.

    @clause("A1")
    def test_a_critical_issue_is_answered_within_an_hour(...): ...

A clause is kept when at least one test carries its id, and all tests that carry it ran and passed.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

import pytest

Test = TypeVar("Test", bound=Callable[..., Any])

POLICIES = {
    "A": "I One Tech Solutions",
    "B": "Technical Support Policy",
    "C": "Alleanza",
    "D": "Justo",
    "E": "Hostiquant",
}

CLAUSES = {
    "A1": "Critical answered within 1 h, High 4 h, Medium 24 h, Low 48 h",
    "A2": "Help over the tenant's channels, exactly the ones that are on",
    "A3": "Monday to Friday 8:00-18:00 local time",
    "A4": "Weekends: limited support",
    "A5": "Tier 1 frontline, tier 2 specialists, tier 3 senior engineers or management",
    "A6": "Four categories of issue",
    "A7": "Each category has its own meaning of each priority",
    "A8": "Customers are told about maintenance windows",
    "A9": "Customers give accurate information and follow troubleshooting steps",
    "A10": "Third-party software, customisations and hardware are not covered",
    "A11": "Feedback is asked for and used",
    "B1": "Email, live chat and phone",
    "B2": "24 h for non-urgent, a few hours for urgent",
    "B3": "Help with website functions, errors and performance",
    "B4": "A unique ticket number on submission",
    "B5": "What can't be solved at once is escalated, and the customer is kept informed",
    "B6": "A knowledge base of articles, FAQs and tutorials, searched before contacting",
    "B7": "Scheduled maintenance is communicated in advance",
    "B8": "Feedback improves the service",
    "B9": "Customer data is confidential",
    "B10": "The team is trained continuously",
    "C1": "Official working days of the Russian government, 7:00-17:00 Moscow time",
    "C2": "Changes, faults and restores from backup",
    "C3": "Follow the knowledge base before contacting (article 000032)",
    "C4": "No consulting on programming, design, scripts, except by agreement",
    "C5": "Requests come from an authorised contact address",
    "C6": "Or from an official letter, signed and stamped",
    "C7": "Each request has authorisation data and a short topic",
    "C8": "A full description, the steps, the messages, screenshots",
    "C9": "Standard questions are answered with links to the knowledge base",
    "C10": "Rude or obscene language is forbidden",
    "C11": "Critical 2 h, Urgent 4 h, Normal 8 h, Low 24 h",
    "C12": "A request may be refused for one of four reasons",
    "C13": "Services can be suspended under the contract",
    "D1": "Three priorities, each with its use and an example",
    "D2": "A cPanel failure is medium, not high",
    "D3": "The subject is concise, so that mass outages are noticed",
    "D4": "Images and files that explain",
    "D5": "Steps to reproduce",
    "D6": "No second ticket or mail about the same thing",
    "D7": "No chat, callback or call about a ticket before 40 minutes have passed",
    "D8": "Chat or phone lasts 20 minutes at most, then a ticket",
    "D9": "Rude or offensive words are strictly forbidden",
    "D10": "No pressing over other channels",
    "D11": "No false or senseless reports",
    "D12": "Who breaks the rules can be suspended",
    "D13": "Was this answer helpful? Print this article",
    "E1": "First line, second line, administrators: in that order",
    "E2": "It begins in online chat, and only then becomes a ticket",
    "E3": "85 % are solved on the first line; the further, the longer",
    "E4": "A call centre consults by phone, and points to the chat",
    "E5": "Write clearly, say how to reproduce; a bad and a good example",
    "E6": "Chat and tickets around the clock, weekends and holidays",
    "E7": "The call centre is open 9:00-21:00 every day",
    "E8": "Support is official over chat after signing in; other channels are advisory",
    "E9": "Requests are processed in the order received",
    "E10": "An answer within one hour, or a reason and an estimated time",
    "E11": "Standard questions are answered with wiki links",
    "E12": "A complaint to management, answered within three working days",
    "E13": "What support does",
    "E14": "What support does not do",
    "E15": "Customers are told about scheduled maintenance on servers",
    "E16": "Study the wiki first; link the article that comes close",
    "E17": "Users found this useful; related articles",
    "E18": "All contacts are saved and can be viewed later",
}


def clause(*ids: str) -> Callable[[Test], Test]:
    """Say that a test shows that these clauses are kept. An id that no policy has stops the collection."""
    unknown = [each for each in ids if each not in CLAUSES]
    if unknown or not ids:
        raise ValueError(f"No such clause: {', '.join(unknown) or 'none given'}. See CLAUSES in {__file__}.")
    return pytest.mark.clause(*ids)
