"""The product: one package per business noun, stacked in floors (see ARCHITECTURE.md)."""
