#!/bin/sh

# Says how many entries there are. Run it in the service store.
count() {
  wc -l </data/entries
}
