"""Amounts of money as whole minor units, without a float on the way."""

from decimal import ROUND_HALF_EVEN, Decimal

MINOR_UNITS = {"CHF": 2, "EUR": 2, "JPY": 0, "USD": 2}


def to_minor(amount: str, currency: str) -> int:
    """The amount in the smallest unit of its currency, rounded half to even."""
    return int((Decimal(amount) * 10 ** MINOR_UNITS[currency]).quantize(Decimal(1), ROUND_HALF_EVEN))


def spell(minor: int, currency: str) -> str:
    """The amount as a receipt prints it."""
    places = MINOR_UNITS[currency]
    return f"{Decimal(minor).scaleb(-places):,.{places}f} {currency}"
