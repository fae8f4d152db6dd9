"""One question answered: what is asked, the method for it, the values, and the verdict on each."""
