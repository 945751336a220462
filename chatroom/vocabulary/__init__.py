"""What is said, whoever says it and however it travels. Imports nothing of ours."""
