"""How surveys reach people: programmes that invite, mails and text messages that go out, what comes back, and what
people want to get."""
