"""Starting points for posts: templates, snippets, hashtags and pictures."""
