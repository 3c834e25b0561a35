"""An assignment as an autograder of Gradescope's: the zip file, and what runs in its container.

Source: gradescope/autograder_samples, commit af5dee4: docs/specs.md (the layout of the zip file and
of /autograder, results.json), docs/submission_metadata.md, docs/base_images.md,
docs/troubleshooting.md (time, memory, and when "The autograder failed to execute correctly").
"""
