# clean_up.sh DIR NAME: ends the engine whose folder is DIR and takes away its network namespace NAME.
dir=$1 name=$2
end() {
  [ -f "$1" ] || return 0
  pid=$(cat "$1")
  kill "$pid" 2>/dev/null || return 0
  for _ in $(seq 100); do kill -0 "$pid" 2>/dev/null || return 0; sleep 0.1; done
  kill -9 "$pid" 2>/dev/null
}
# A Canteen takes its file away when it ends, so what is left here outlived a test binary that was killed.
for file in "$dir"/canteen-*/pid; do
  [ -f "$file" ] && kill -9 "$(cat "$file")" 2>/dev/null
done
# A test may have stopped the engine in its tracks.
[ -f "$dir/pid" ] && kill -CONT "$(cat "$dir/pid")" 2>/dev/null
timeout 20 docker -H "unix://$dir/docker.sock" swarm leave --force
end "$dir/registry.pid"
end "$dir/pid"
# The shims name the engine's folder in their command line; nobody else's do.
for proc in /proc/[0-9]*; do
  case "$(tr '\0' ' ' <"$proc/cmdline")" in *"$dir/exec"*) kill -9 "${proc#/proc/}" ;; esac
done
sleep 0.5
cut -d' ' -f2 /proc/mounts | grep -F "$dir/" | sort -r | while read -r mount; do umount -l "$mount"; done
ip netns del "$name"
rm -rf "$dir"
