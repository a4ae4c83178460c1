"""The shared vocabulary: poses, actions, observations, embodiments, clocks, errors and paths.

Nothing here knows how an arm is driven, how an episode is stored or how a policy is trained; every
other room speaks in these words. Only numpy is imported.
"""
