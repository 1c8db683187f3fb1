"""Events in plain words: for agents, who may know everything, and for customers."""

from tickets.sentences.agents import for_agents
from tickets.sentences.customers import for_customers
from tickets.sentences.words import METRICS, Told, Words

__all__ = ["METRICS", "Told", "Words", "for_agents", "for_customers"]
