"""Checks on a phone without a connection: what makes their form an application that stays on the device."""
