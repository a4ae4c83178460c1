"""Image encoders: three ways from pictures to keypoints or features, behind one interface."""
