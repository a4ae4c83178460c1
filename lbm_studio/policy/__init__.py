"""What a policy is, without torch: the session protocol and the checkpoint manifest."""
