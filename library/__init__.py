"""What officers start from: templates, snippets, hashtags, and the programme's campaign kits."""
