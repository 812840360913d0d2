"""Who it is, for programs: profiles and their timelines, segments and who belongs to them."""
