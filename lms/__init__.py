"""The product: one package per business noun, stacked in floors (see ARCHITECTURE.md)."""

import gc

# Python looks for garbage after every 700 new objects. A start makes some hundred thousand that all stay, an import or
# the demo millions: looking that often took a third of the start, and finds no more than looking now and then.
gc.set_threshold(50_000, 5, 5)
