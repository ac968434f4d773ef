"""WordPress from Debian's packages: PHP-FPM and MariaDB with Debian's own numbers, nginx in front.

Everything of it lives in a throwaway folder: a copy of the program, the database, sockets. The system's services and
their data are not touched. Three addresses lead to the same post: without a page cache; with nginx's, and nginx
compressing each answer, as Debian's configuration does; and with a cache that keeps what PHP compressed, which few set
up.
"""

import contextlib
import json
import secrets
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path

from bench.peers import nginx
from bench.peers.article import Article
from bench.peers.started import Peer, hand_over, takes_connections, unprivileged
from tests.running import Program
from tests.served import free_port

PROGRAM, THEMES = Path("/usr/share/wordpress"), "wp-content/themes"
INSTALL = Path(__file__).with_name("wordpress_install.php")
CONFIGURATION = """<?php
define('DB_NAME', 'wordpress');
define('DB_USER', 'root');
define('DB_PASSWORD', '');
define('DB_HOST', 'localhost:{folder}/db.sock');
define('DB_CHARSET', 'utf8mb4');
define('WP_HOME', '{home}');
define('WP_SITEURL', '{home}');
define('WP_DEBUG', false);
define('DISABLE_WP_CRON', true);
define('WP_HTTP_BLOCK_EXTERNAL', true);
{keys}
$table_prefix = 'wp_';
if (!defined('ABSPATH')) define('ABSPATH', __DIR__ . '/');
require_once ABSPATH . 'wp-settings.php';
"""
KEYS = "AUTH_KEY SECURE_AUTH_KEY LOGGED_IN_KEY NONCE_KEY AUTH_SALT SECURE_AUTH_SALT LOGGED_IN_SALT NONCE_SALT".split()
POOL = """
[global]
error_log = {folder}/php.log
daemonize = no
[www]
listen = {folder}/php.sock
pm = dynamic
pm.max_children = 5
pm.start_servers = 2
pm.min_spare_servers = 1
pm.max_spare_servers = 3
php_admin_flag[zlib.output_compression] = on
"""
SERVER = """
    server {{
        listen 127.0.0.1:{port};
        root {folder}/wordpress;
        location / {{
            include /etc/nginx/fastcgi_params;
            fastcgi_param SCRIPT_FILENAME {folder}/wordpress/index.php;
            fastcgi_param SCRIPT_NAME /index.php;
            fastcgi_param HTTP_HOST {host};
            fastcgi_pass unix:{folder}/php.sock;
            {more}
        }}
    }}
"""
COMPRESS = """
            gzip on;
            fastcgi_param HTTP_ACCEPT_ENCODING "";
"""
ZONE = "fastcgi_cache_path {folder}/cache levels=1:2 keys_zone=pages:10m inactive=60m;"
CACHE = """
            fastcgi_cache pages;
            fastcgi_cache_key $scheme$request_method$server_port$request_uri;
            fastcgi_cache_valid 200 60m;
            fastcgi_cache_use_stale updating;
            fastcgi_cache_lock on;
"""
VARIANTS = {"wordpress": COMPRESS, "wordpress cached": COMPRESS + CACHE, "wordpress packed": CACHE}


@contextlib.contextmanager
def start(article: Article, folder: Path) -> Iterator[Peer]:
    """Installs it, publishes `article`, and serves it at the addresses that VARIANTS names."""
    ports = {name: free_port() for name in VARIANTS}
    home = f"http://127.0.0.1:{ports['wordpress']}"
    keys = "\n".join(f"define('{name}', '{secrets.token_hex(32)}');" for name in KEYS)
    _copy_program(folder / "wordpress")
    (folder / "wordpress" / "wp-config.php").write_text(CONFIGURATION.format(folder=folder, home=home, keys=keys))
    (folder / "article.json").write_text(json.dumps(asdict(article)))
    (folder / "php.conf").write_text(POOL.format(folder=folder))
    for name in ("db.log", "php.log"):
        (folder / name).touch()
    hand_over(folder)
    http, host = ZONE.format(folder=folder), home.removeprefix("http://")
    for name, more in VARIANTS.items():
        http += SERVER.format(folder=folder, port=ports[name], host=host, more=more)
    with _database(folder) as database, _php(folder) as php:
        post = _output("php", *map(str, [INSTALL, folder / "wordpress", folder / "db.sock", folder / "article.json"]))
        with nginx.run(folder, http, home) as web:
            urls = {name: post.replace(home, f"http://127.0.0.1:{port}") for name, port in ports.items()}
            yield Peer(urls, [database, php, web])


def _copy_program(target: Path) -> None:
    """With Debian's links to libraries of other packages followed. Raises SystemExit where no theme is installed."""
    if not any((PROGRAM / THEMES).iterdir()):
        raise SystemExit("WordPress has no theme: apt-get install wordpress-theme-twentytwentythree")
    shutil.copytree(PROGRAM, target, ignore=shutil.ignore_patterns(".htaccess"), ignore_dangling_symlinks=True)


def _database(folder: Path) -> Program:
    data, socket, log = folder / "db", folder / "db.sock", folder / "db.log"
    options = ["--no-defaults", f"--datadir={data}", "--skip-test-db", "--auth-root-authentication-method=normal"]
    _output("mariadb-install-db", *options)
    command = ["/usr/sbin/mariadbd", "--no-defaults", f"--datadir={data}", f"--socket={socket}", "--skip-networking"]
    command += [f"--pid-file={folder}/db.pid", f"--tmpdir={folder}"]
    return Program(command, log, lambda: takes_connections(socket), **unprivileged())


def _php(folder: Path) -> Program:
    command, log = [str(fpm()), "--nodaemonize", "--fpm-config", str(folder / "php.conf")], folder / "php.log"
    return Program(command, log, lambda: takes_connections(folder / "php.sock"), **unprivileged())


def fpm() -> Path:
    """Debian names the program by its version. Raises SystemExit where there is none."""
    found = sorted(Path("/usr/sbin").glob("php-fpm*"))
    if not found:
        raise SystemExit("Missing on this machine: apt-get install --no-install-recommends php-fpm")
    return found[-1]


def _output(*command: str) -> str:
    """Raises RuntimeError with what the command said where it failed."""
    result = subprocess.run(command, capture_output=True, text=True, check=False, cwd="/", **unprivileged())
    if result.returncode:
        raise RuntimeError(f"{command[0]} failed: {result.stdout[-1000:]}{result.stderr[-1000:]}")
    return result.stdout.strip()
