"""Personal data in comments: what is found, what is left alone, and how often either is wrong."""

import json
import time

import pytest

from app.voice.privacy import marks_of, masked, parts, spans

# Sentences with what is personal between ‹ and ›. Written before the patterns were last changed; a third is Spanish.
MARKED = """
My name is ‹John Smith› and I waited for two hours.
Please call me on ‹415-555-0132› about my bag.
You can reach me at ‹+44 20 7946 0958› any time.
Mi teléfono es ‹600 123 456›, llamen por la tarde.
Write to ‹jane.doe@example.com› with an answer.
Escríbanme a ‹luis_perez@correo.es›.
I am at ‹frequent at mail dot com› if you need me.
The agent at gate B22, ‹Maria›, was wonderful.
‹Agnes Miller› at the information desk found my passport.
Mr ‹Patel› at security shouted at my son.
Dr. ‹Elena Ruiz› took the time to explain everything.
We were helped by ‹Rosa› and her colleague.
A staff member named ‹Quentin› carried our bags.
The officer was called ‹Darnell› and he laughed at us.
Nurse ‹Kelly› was kind.
I spoke to ‹Siobhan O'Brien› at the desk.
Me llamo ‹Carmen Ortega› y vuelo cada semana.
Me atendió la señora ‹Gutiérrez› con mucha paciencia.
Fui atendido por ‹Javier› en el mostrador.
El agente se llama ‹Rodrigo Paz› y fue grosero.
Don ‹Anselmo› nos ayudó con la silla.
Name tag said ‹Tyrone›, please thank him.
Thanks to ‹Jennifer Wu› for staying late.
My passport number is ‹X1234567› and it was lost.
Booking reference ‹QK7PLM› was cancelled twice.
Mi localizador es ‹AB12CD› y nadie responde.
Ticket no. ‹0162345678901› was never refunded.
I paid with ‹4111 1111 1111 1111› and was charged twice.
My IBAN is ‹ES91 2100 0418 4502 0005 1332›.
Refund to ‹GB29NWBK60161331926819› please.
My SSN ‹123-45-6789› was read out aloud.
Mi DNI es ‹12345678Z› y lo copiaron.
My NHS number ‹943 476 5919› was on the screen.
I was born on ‹3 May 1952› and cannot stand for long.
Date of birth: ‹12/04/1961›.
Nací el ‹4 de julio de 1955› y necesito ayuda.
I live at ‹221 Baker Street› and heard the planes.
Send it to ‹1600 Pennsylvania Avenue, Apt 4›.
Vivo en la ‹calle de Alcalá 45, 28014 Madrid›.
Mi dirección es ‹Avenida de América 12›.
My home is in ‹SW1A 1AA› and the bus is late.
Mail it to ‹P.O. Box 1234› please.
Follow me on Twitter, ‹@flyer_99›.
My instagram is ‹maria.travels› if you want photos.
I am ‹Robert Jones›, a Gold member.
Regards, ‹Fatima Al Zahra›
Saludos, ‹Pedro Almagro›
Call ‹(650) 821-8211› and see how long it takes.
A guard called ‹Bjorn› let us wait in the rain.
Thank ‹Lupe› for me, the cleaner on the second floor.
Her name was ‹Xochitl› and she was lovely.
I asked ‹tomas› at the counter.
"""
# Nothing personal in any of these.
CLEAN = """
The queue at security was very long.
Flight UA1234 to San Jose was two hours late.
Gate B22 has no chairs and Terminal 3 no water.
I waited 45 minutes on the road to the car park.
It was better in 2016-2017 than it is today.
On 2017-05-01 the trains did not run.
A bottle of water costs $4.50 and a sandwich 12 dollars.
The city has 1.000.000 people and one toilet.
Staff Very nice and helpful.
The agents at United were rude.
I love Santa Maria and San Francisco.
We flew American to New York on Monday.
El personal de seguridad fue muy amable.
La cola de la Terminal 1 es eterna.
Llegamos a las 10:30 y salimos a las 12:45.
More power outlets at the gates, please.
The St Francis Hotel shuttle never came.
Starbucks was out of milk at 6 am.
Security agent Was Rude To My Family.
The nurse said nothing for three hours.
I had to wait 3 hours in A and E.
Doctor was excellent, thank you NHS.
Room 204 was cold and bed 12 was broken.
We paid 25,000 pesos for a taxi.
Fly Emirates has better lounges than Delta.
Terminal 2 es mejor que la Terminal 4.
I called 999 twice before they came.
The next hospital 22miles away had no bed.
Muy bien todo, gracias.
The escalator by gate 60 has been broken since June.
The officer at Customs asked me 20 questions.
Open the second lane on Fridays between 16:00 and 19:00.
John F Kennedy Airport is cleaner than this one.
"""


def told(line: str) -> tuple[str, set[tuple[int, int]]]:
    """A sentence without its marks, and where they stood."""
    text, places, start = "", set[tuple[int, int]](), 0
    for letter in line:
        if letter == "‹":
            start = len(text)
        elif letter == "›":
            places.add((start, len(text)))
        else:
            text += letter
    return text, places


def overlap(one: tuple[int, int], other: tuple[int, int]) -> bool:
    return one[0] < other[1] and other[0] < one[1]


def test_how_often_it_is_right(capsys: pytest.CaptureFixture[str]) -> None:
    """Recall: of what is personal, how much is touched by a mark. Precision: of the marks, how many touch it."""
    sentences = [told(line) for line in (MARKED + CLEAN).strip().splitlines() if line]
    assert len(sentences) >= 80
    wanted = hit = marks = right = whole = 0
    for text, places in sentences:
        found = {(span.start, span.end) for span in spans(text)}
        wanted, marks = wanted + len(places), marks + len(found)
        hit += sum(any(overlap(place, one) for one in found) for place in places)
        whole += sum(any(one[0] <= place[0] and place[1] <= one[1] for one in found) for place in places)
        right += sum(any(overlap(place, one) for place in places) for one in found)
    recall, precision = hit / wanted, right / marks
    with capsys.disabled():
        print(f"\n  personal data: recall {recall:.3f} ({whole} of {wanted} whole), precision {precision:.3f}")
    assert recall >= 0.92
    assert precision >= 0.92
    assert whole / wanted >= 0.88


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("Call +34 600 123 456 now", "Call [telephone] now"),
        ("jo@x.org or @jo_x", "[e-mail] or [handle]"),
        ("card 4111111111111111", "card [card]"),
        ("Mrs Ng was late", "Mrs [name] was late"),
        ("", ""),
        ("Ünïcödé 🛫 stays", "Ünïcödé 🛫 stays"),
    ],
)
def test_what_is_shown(text: str, shown: str) -> None:
    assert masked(text) == shown


def test_a_keepers_word_stands_instead_of_what_is_found() -> None:
    text = "Maria and the blue lady"
    assert masked(text) == "[name] and the blue lady"
    by_hand = json.dumps([[10, 23, "name"]])
    assert masked(text, by_hand) == "Maria and [name]"
    assert masked(text, "[]") == text
    assert marks_of(text, json.dumps([[5, 999, "name"]])) == []


def test_the_parts_make_the_whole() -> None:
    for line in (MARKED + CLEAN).splitlines():
        assert "".join(part.words for part in parts(line)) == line


@pytest.mark.parametrize(
    "evil",
    ["a" * 50_000, "A-" * 20_000, "1 " * 20_000, "calle " * 8_000, "Juan " * 8_000, "@" * 50_000, "agent " * 8_000],
)
def test_no_text_takes_long(evil: str) -> None:
    begun = time.process_time()
    spans(evil)
    assert time.process_time() - begun < 3
