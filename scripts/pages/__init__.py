"""Every page of the product in a real browser: `make screenshots`, `make axe`, `make lighthouse`.

All three use a running `make demo`, or start one of their own and stop it afterwards.
"""
