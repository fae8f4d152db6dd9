"""`tapecli trace`: what tapes record in the forward pass, and what each backward pass computes."""
