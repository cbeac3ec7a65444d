// Both networks, off the page's thread.
import 'pocketnet/worker';
