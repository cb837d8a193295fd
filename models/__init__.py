"""Everything learnt."""
