"""How good a policy is: trials, exact statistics and reports."""
