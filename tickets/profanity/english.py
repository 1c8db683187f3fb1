"""English words, as patterns of a whole word, and phrases."""

WORDS = (
    r"\w*fuck\w*|fuk(?:ing|ed|er|ers)?|fck(?:ing|ed)?|stfu|gtfo",
    r"(?:bull|horse|dip|dog|bat|chicken|ape)?shit"
    r"(?:s|e|es|ty|tier|tiest|ting|ted|head|heads|hole|holes|show|storm|face|bag|bags|load|loads)?",
    r"cunt(?:s|y|ish|face)?",
    r"(?:dumb|jack|fat)ass(?:es)?|ass(?:hole|hat|wipe)s?|arseholes?",
    r"bitch(?:es|y|ed|ing|in)?",
    r"wank(?:er|ers|ing|ed)?",
    r"twats?|bastards?|bollocks|turds?|scumbags?|douchebags?",
    r"dick(?:head|heads|wad|wads)|cocksuck\w+|motherf\w*er",
    r"slut(?:s|ty)?|whores?|faggots?|nigg(?:er|ers|a|as)",
    r"piss(?:ed|ing|er|ers)?",
)

PHRASES = (
    r"(?:you|u|these|those|such|bunch of|complete|bloody|stupid|total)\s+"
    r"(?:idiots?|morons?|imbeciles?|cretins?|retards?)",
    r"(?:kiss|lick)\s+my\s+(?:ass|arse)",
    r"go\s+to\s+hell|screw\s+you",
)

OFTEN_HIDDEN: tuple[str, ...] = (
    "fuck",
    "fucks",
    "fucked",
    "fucker",
    "fucking",
    "shit",
    "shits",
    "shitty",
    "bullshit",
    "cunt",
    "asshole",
)
OFTEN_HIDDEN += ("assholes", "bitch", "bitches", "bastard", "bastards", "motherfucker", "wanker", "twat")
