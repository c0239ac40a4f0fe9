"""What tests stand on: databases, browser, checked pages, counted statements."""

from pathlib import Path

ROOT = Path(__file__).parent.parent.parent
