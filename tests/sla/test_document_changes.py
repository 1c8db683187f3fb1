"""What `policy apply` prints about a changed policy."""

from pathlib import Path

from sla.document import SupportPolicy, diff

IONE = (Path(__file__).parents[2] / "policies" / "ione.yaml").read_text(encoding="utf-8")


def changed(*replacements):
    text = IONE
    for old, new in replacements:
        assert old in text
        text = text.replace(old, new, 1)
    return diff(SupportPolicy.load(IONE), SupportPolicy.load(text))


def test_nothing_changed():
    assert changed() == []


def test_a_comment_is_no_change():
    assert changed(("format: 1", "format: 1  # the only one")) == []


def test_a_target_names_before_and_after():
    assert changed(("first_response: 4h", "first_response: 2h30m")) == [
        "sla.standard.targets.high.first_response: 4h -> 2h30m"
    ]


def test_a_word_names_its_language():
    assert changed(("{en: High, ru: Высокий, es: Alta}", "{en: High, ru: Повышенный, es: Alta}")) == [
        "priorities.high.name.ru: Высокий -> Повышенный"
    ]


def test_an_added_and_a_removed_record_are_named():
    lines = changed(
        ("  hardware:\n    text:", "  cables:\n    text:"),
        ("lifts: [hardware]", "lifts: [cables]"),
    )

    assert any(line.startswith("exclusions.hardware: removed (was Hardware-related") for line in lines)
    assert any(line.startswith("exclusions.cables: added (Hardware-related") for line in lines)
    assert "contracts.with-hardware.lifts: hardware -> cables" in lines


def test_another_order_is_a_change():
    policy = SupportPolicy.load(IONE)
    document = policy.to_document()
    document["exclusions"].reverse()

    assert diff(policy, SupportPolicy.from_document(document)) == [
        "exclusions: the order is now hardware, customizations, third-party"
    ]


def test_a_first_policy_tells_what_it_brings():
    lines = diff(None, SupportPolicy.load(IONE))

    assert "priorities: 4 added (critical, high, medium, low)" in lines
    assert "language: en" in lines
