"""What a person is told, in the portal and by mail, and how they want to be told."""
