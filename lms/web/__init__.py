"""What every page needs: transactions, access log, forms, locale, error pages. Knows no noun."""
