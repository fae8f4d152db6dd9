"""What computes derivatives: gradient tapes, Taylor series, and certified values."""
