"""The respondent's side of surveys: public pages without cookies, sessions or scripts that they would need."""
