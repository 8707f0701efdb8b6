"""The one door for requests to other servers, whoever of the house makes them. No Django, nothing of ours."""
