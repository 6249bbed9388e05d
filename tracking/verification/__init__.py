"""The proof of the trail: each child's events, held against its balance and against the acts that they tell."""
