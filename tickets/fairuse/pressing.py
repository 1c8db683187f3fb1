"""PURE: whether a message says anything new, or only asks how long it still takes."""

from __future__ import annotations

import re
from collections.abc import Iterable

#: Words of asking again, in English, Russian and Spanish.
_PRESSING = frozenset(
    """
    any news update updates yet still when waiting wait long how much urgent urgently asap hurry quick quickly fast
    faster answer reply respond response status progress again remind reminder hello hi hey please now immediately
    already anybody anyone someone there hours days today need ping bump follow up following escalate

    когда ответите ответ ответа ответьте ответить жду ждем ждём ждать сколько можно еще ещё долго срочно быстрее
    скорее поторопитесь новости новостей есть что как там дела статус ну где почему никто кто-нибудь кто нибудь ау
    алло здравствуйте добрый день пожалуйста сегодня уже опять снова напоминаю прошу немедленно скоро будет решите

    cuando cuándo alguna novedad novedades noticias sigo seguimos esperando espero espera respuesta responder
    respondan contesten contestan urgente urge rápido rapido pronto prisa apúrense apurense ya todavía todavia aún
    aun estado avance avances hola buenos buenas días dias tardes por favor hay alguien siguen sigue falta mucho
    cuánto cuanto tiempo hoy inmediato inmediatamente necesito recordatorio qué que pasa pasó paso
    """.split()
)
#: Words that say nothing by themselves: they make a message neither pressing nor new.
_SMALL = frozenset(
    """
    a an the is it its this that i you we my me our your to of on in for and or do does are am be been has have not no
    so just can could would will with at from
    и в на с у а но я вы мы мне нам наш мой это то не да нет ли бы за до от по же
    el la los las un una de en y o a mi me nos su se lo le es no sí si con para del al te tu
    """.split()
)
_WORD = re.compile(r"[^\W\d_]+(?:-[^\W\d_]+)*")
_NUMBER = re.compile(r"\d+")


def presses(text: str, said: Iterable[str], *, new_words: int, are_numbers_new: bool = True) -> bool:
    """Whether a message asks again without anything new, after what the customer `said` on the request before.

    New are numbers that were not said before, and `new_words` words or more that were not said before and do not
    themselves ask again. What is neither new nor asks again, such as thanks, does not press. `are_numbers_new` False:
    nothing was said before that is known, and a number may be that of the request.
    """
    before = "\n".join(said)
    if are_numbers_new and _numbers(text) - _numbers(before):
        return False
    words = _words(text) - _SMALL
    fresh = words - _PRESSING - _words(before)
    if len(fresh) >= new_words:
        return False
    return bool(words & _PRESSING) or not fresh


def _words(text: str) -> set[str]:
    return set(_WORD.findall(text.casefold()))


def _numbers(text: str) -> set[str]:
    return set(_NUMBER.findall(text))
