import 'pocketnet/worker';
