// The gallery, off the page's thread: only there are the browser's own files open for writing in place.
import { PeopleService } from '../people/service.js';
import { serve } from './remote.js';

serve(new PeopleService());
