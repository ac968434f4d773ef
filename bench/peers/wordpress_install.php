<?php
// Installs WordPress into the database that wp-config.php names and publishes one post.
// php wordpress_install.php WORDPRESS_FOLDER SOCKET ARTICLE.json; prints the post's address.
[, $folder, $socket, $article] = $argv;
define('WP_INSTALLING', true);
$_SERVER += ['HTTP_HOST' => '127.0.0.1', 'REQUEST_URI' => '/', 'SERVER_PROTOCOL' => 'HTTP/1.1'];

function wp_mail() { return true; }  // there is nobody to write to

(new mysqli(null, 'root', '', null, 0, $socket))->query('CREATE DATABASE wordpress CHARACTER SET utf8mb4');
require "$folder/wp-load.php";
require_once ABSPATH . 'wp-admin/includes/upgrade.php';
wp_install('Measured', 'writer', 'writer@example.org', true, '', bin2hex(random_bytes(16)));
wp_set_current_user(1);
$post = json_decode(file_get_contents($article), true);
$number = wp_insert_post([
    'post_title' => $post['title'],
    'post_content' => "<!-- wp:html -->\n" . $post['html'] . "\n<!-- /wp:html -->",
    'post_status' => 'publish',
], true);
if (is_wp_error($number)) {
    fwrite(STDERR, $number->get_error_message());
    exit(1);
}
update_option('permalink_structure', '');
echo WP_HOME . "/?p=$number";
