# apt_fetch URL N FOLDER: files by apt's HTTP method, which asks for several before the first has come.
url=$1 n=$2 folder=$3
set --
for i in $(seq "$n"); do set -- "$@" "$url/1m.bin?$i" "$folder/$i" ""; done
exec /usr/lib/apt/apt-helper -q -o APT::Sandbox::User=root download-file "$@" > "$folder/log"
