#!/bin/sh
# No configs, so no versions. The image has no shell, so no commands either: use docker exec with /canteen.
