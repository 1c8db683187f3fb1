"""Spanish words, as patterns of a whole word without accents (but with ñ), and phrases; Spain and America."""

WORDS = (
    r"put[ao]s?|putit[ao]s?|puton\w*|putad[ao]s?|putamadre|hi?jue?puta\w*|jueputa",
    r"mierd\w*",
    r"jod(?:er|ido|ida|idos|idas|an|e|es|iste|ieron|iendo|anse|ete|erse|ernos)",
    r"coños?|coñaz\w*",
    r"cabron(?:es|a|as|azo|azos|cete)?",
    r"gilipoll\w*|pendej\w*|pelotud\w*|huevon(?:es|a|as)?|culer[oa]s?",
    r"ching(?:ar|a|ada|ado|adas|ados|aste|as|uen|uenle|adera|aderas)",
    r"maricon(?:es|azo|as?)?|mama(?:huevo|guevo)s?|conch[ae]tumadre|malparid[oa]s?",
    r"cojon(?:es|azos)|carajo|cag(?:ada|adas|aste|aron|arla)",
    r"imbecil(?:es)?|idiotas?",
)

PHRASES = (
    r"(?:a\s+la|vale|valen|vales)\s+verga",
    r"me\s+cago\s+en",
    r"vete\s+(?:a\s+la\s+\w+erda|al\s+diablo|al\s+infierno)",
    r"hij[oa]s?\s+de\s+(?:la\s+)?(?:gran\s+)?(?:put?a|perra|tu\s+madre)",
)

OFTEN_HIDDEN: tuple[str, ...] = (
    "puta",
    "puto",
    "putas",
    "putos",
    "mierda",
    "mierdas",
    "joder",
    "coño",
    "cabron",
    "cabrones",
    "pendejo",
)
OFTEN_HIDDEN += ("pendejos", "gilipollas", "chingar", "chingada", "verga", "culero", "idiota", "idiotas")
